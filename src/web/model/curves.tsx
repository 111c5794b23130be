import { LineChart } from '../chart/line-chart';
import type { Mark, Point } from '../chart/line-chart';
import { percent, threshold as thresholdText } from '../words';
import type { Report } from './model';
import { falsePositiveRate, precision, precisionRecallOf, recall, rocOf } from './rates';

const WHOLE = [0, 1] as const;

/** How the training went, and what thresholds make of the labels that it did not train on. */
export function Curves({ report }: { report: Report }) {
  const { epochs, chosenEpoch, validationPoints: points, validationAt: at } = report;
  const chosen: Mark = { x: chosenEpoch, text: `epoch ${chosenEpoch} chosen` };
  const by = (of: (epoch: Report['epochs'][number]) => number | null): Point[] =>
    epochs.flatMap((epoch) => {
      const value = of(epoch);
      return value === null ? [] : [[epoch.epoch, value] as const];
    });
  const inForce = (x: number | null, y: number | null): Mark[] =>
    at === null || x === null || y === null ? [] : [{ x, y, text: `threshold ${thresholdText(at.threshold)}` }];
  return (
    <section class="charts" aria-label="Curves">
      <LineChart
        title="Loss by epoch"
        x="epoch"
        y="cross-entropy"
        series={[
          { name: 'training', tone: 1, points: by(({ loss }) => loss) },
          { name: 'held out', tone: 2, points: by(({ validationLoss }) => validationLoss) },
        ]}
        marks={[chosen]}
      />
      <LineChart
        title="AUC by epoch"
        x="epoch"
        y="AUC on labels held out"
        series={[{ name: 'AUC', tone: 1, points: by(({ validationAuc }) => validationAuc) }]}
        marks={[chosen]}
      />
      {points.length === 0 ? (
        <p class="chart quiet">
          There is no ROC and no precision against recall: this model was trained without labels held out.
        </p>
      ) : (
        <>
          <LineChart
            title="ROC"
            x="of the unwanted, the share kept"
            y="of the wanted, the share kept"
            series={[{ name: 'model', tone: 1, points: rocOf(points) }]}
            marks={at === null ? [] : inForce(falsePositiveRate(at), recall(at))}
            xDomain={WHOLE}
            yDomain={WHOLE}
            diagonal="chance"
          />
          <LineChart
            title="Precision against recall"
            x="recall"
            y="precision"
            series={[{ name: 'model', tone: 1, points: precisionRecallOf(points) }]}
            marks={at === null ? [] : inForce(recall(at), precision(at))}
            xDomain={WHOLE}
            yDomain={WHOLE}
          />
          <Reliability report={report} />
        </>
      )}
    </section>
  );
}

/** What the scores promise against what was found: on the diagonal, a score of 0.8 is right 8 times in 10. */
function Reliability({ report: { reliability, calibration, metrics } }: { report: Report }) {
  const points = reliability.flatMap(({ meanScore, positiveShare }) =>
    meanScore === null || positiveShare === null ? [] : [[meanScore, positiveShare] as const],
  );
  const error = metrics.calibrationError;
  return (
    <LineChart
      title={`Reliability${error === null ? '' : `, off by ${percent(error)} on the average`}`}
      x="mean score"
      y="share that is positive"
      series={[{ name: calibration.kind === 'NONE' ? 'not calibrated' : 'calibrated', tone: 1, points, dots: true }]}
      xDomain={WHOLE}
      yDomain={WHOLE}
      diagonal="perfect"
    />
  );
}
