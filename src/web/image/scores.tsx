import { score as scoreText, threshold as thresholdText } from '../words';
import type { ImageFacts } from './image';
import { Card } from './image';

/** What each model says of the image. */
export function Scores({ image: { scores } }: { image: ImageFacts }) {
  return (
    <Card title="Scores">
      {scores.length === 0 ? (
        <p class="quiet">No model has scored it yet. Start classify under Runs.</p>
      ) : (
        <div class="table-wide">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">model</th>
                <th scope="col">score</th>
                <th scope="col">threshold</th>
                <th scope="col">verdict</th>
              </tr>
            </thead>
            <tbody>
              {scores.map(({ score, verdict, model }) => (
                <tr key={model.id}>
                  <th scope="row">
                    <a
                      href={`/models?${String(new URLSearchParams({ collection: model.collection.name, model: String(model.number) }))}`}
                    >
                      {model.collection.name} v{model.number}
                    </a>
                  </th>
                  <td>{scoreText(score)}</td>
                  <td>{thresholdText(model.threshold.value)}</td>
                  <td>
                    <span class={`verdict verdict-${verdict.toLowerCase()}`}>{verdict}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
