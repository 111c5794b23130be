import { count, counted, threshold as thresholdText } from '../words';
import type { Report } from './model';

/** What the threshold in force makes of the labels held out, in four counts. */
export function Confusion({ report: { validationAt: at } }: { report: Report }) {
  if (at === null) return null;
  const all = at.truePositives + at.falsePositives + at.trueNegatives + at.falseNegatives;
  return (
    <section class="card" aria-labelledby="confusion-title">
      <h2 id="confusion-title">At the threshold {thresholdText(at.threshold)}</h2>
      <p class="quiet">The {counted(all, 'label')} held out, by what a human said and what the score says.</p>
      <div class="table-wide">
        <table class="table confusion">
          <thead>
            <tr>
              <th scope="col">labelled</th>
              <th scope="col" class="number">
                OK
              </th>
              <th scope="col" class="number">
                NG
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">positive</th>
              <td class="number right">{count(at.truePositives)}</td>
              <td class="number missed">{count(at.falseNegatives)}</td>
            </tr>
            <tr>
              <th scope="row">negative</th>
              <td class="number missed">{count(at.falsePositives)}</td>
              <td class="number right">{count(at.trueNegatives)}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}
