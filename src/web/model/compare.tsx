import { modelFlips, otherModel } from '../api/documents';
import type { ModelReportFragment } from '../api/documents';
import { Failed, Loading } from '../shell/states';
import { useAddress, useLink } from '../state/address';
import type { Model } from '../state/catalog';
import { useQuery } from '../state/query';
import { Picture } from '../wall/picture';
import { baseName, count, counted, dateTime, percent, score, threshold as thresholdText } from '../words';
import type { Report } from './model';
import { precision, recall } from './rates';

const FLIPS = 60;
const SIDE = 104;

interface Props {
  model: Model;
  report: Report;
  others: readonly Model[];
  against: Model | null;
}

/** This model beside another one of the collection, and the pictures on which they differ. */
export function Compare({ model, report, others, against }: Props) {
  const { set } = useAddress();
  return (
    <section class="card" aria-labelledby="compare-title">
      <h2 id="compare-title">Beside another model</h2>
      {others.length === 0 ? (
        <p class="quiet">This is the only model so far. Train again, with more labels or other options, and compare.</p>
      ) : (
        <select
          class="select compare-choice"
          aria-label="The other model"
          value={against === null ? '' : String(against.number)}
          onChange={({ currentTarget }) => set({ against: currentTarget.value }, { step: true })}
        >
          <option value="">choose a model</option>
          {others.map(({ id, number }) => (
            <option key={id} value={String(number)}>
              v{number}
            </option>
          ))}
        </select>
      )}
      {against && <SideBySide key={against.id} report={report} against={against} />}
      {against && <Flips key={`${against.id} flips`} model={model} against={against} />}
    </section>
  );
}

/** What stands in each row, of a model. */
const ROWS: readonly (readonly [string, (model: ModelReportFragment) => string])[] = [
  ['trained', ({ createdAt }) => dateTime(createdAt)],
  ['network', ({ backbone }) => backbone.name],
  ['head', ({ head }) => head.toLowerCase()],
  ['labels, positive', ({ labelCounts }) => count(labelCounts.positive)],
  ['labels, negative', ({ labelCounts }) => count(labelCounts.negative)],
  ['AUC', ({ metrics }) => metrics.validationAuc?.toFixed(4) ?? '–'],
  ['calibration error', ({ metrics }) => percent(metrics.calibrationError)],
  ['threshold', ({ threshold }) => thresholdText(threshold.value)],
  ['precision there', ({ validationAt: at }) => percent(at && precision(at))],
  ['recall there', ({ validationAt: at }) => percent(at && recall(at))],
  ['OK', ({ counts }) => count(counts.ok)],
  ['NG', ({ counts }) => count(counts.ng)],
  ['not scored', ({ counts }) => count(counts.unscored)],
];

function SideBySide({ report, against }: { report: Report; against: Model }) {
  const { data, error, reload } = useQuery(otherModel, { id: against.id });
  if (error && data === null) return <Failed error={error} retry={() => void reload()} />;
  const other = data?.model ?? null;
  if (other === null) return <Loading />;
  return (
    <div class="table-wide">
      <table class="table">
        <thead>
          <tr>
            <td />
            <th scope="col">v{report.number}</th>
            <th scope="col">v{other.number}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([name, of]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{of(report)}</td>
              <td>{of(other)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Flips({ model, against }: { model: Model; against: Model }) {
  const link = useLink();
  const asked = useQuery(modelFlips, { model: model.id, against: against.id, first: FLIPS });
  if (asked.error && asked.data === null) return <Failed error={asked.error} retry={() => void asked.reload()} />;
  if (asked.data === null) return <Loading what="Comparing verdicts" />;
  const { edges } = asked.data.flips;
  const counts = asked.data.flips.counts!; // where counting fails, the question fails
  const all = counts.toOk + counts.toNg;
  return (
    <section class="stack">
      <h3>
        {counted(all, 'verdict')} {all === 1 ? 'differs' : 'differ'}: {count(counts.toOk)} OK by v{model.number} only,{' '}
        {count(counts.toNg)} OK by v{against.number} only
      </h3>
      <ul class="thumbs">
        {edges.map(({ node: { image, becomes, score: now, scoreBefore } }) => (
          <li key={image.id}>
            <a href={link(`/images/${image.id}`)} aria-label={baseName(image.uri)}>
              <span class="thumb" style={{ width: `${SIDE}px`, height: `${SIDE}px` }}>
                <Picture tile={image} side={SIDE} />
              </span>
            </a>
            <span class="quiet">
              v{model.number} {score(now)} <strong class={`verdict verdict-${becomes.toLowerCase()}`}>{becomes}</strong>
            </span>
            <span class="quiet">
              v{against.number} {score(scoreBefore)}
            </span>
          </li>
        ))}
      </ul>
      {all > edges.length && <p class="quiet">and {count(all - edges.length)} more</p>}
    </section>
  );
}
