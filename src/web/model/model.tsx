import { useContext } from 'preact/hooks';

import { modelReport } from '../api/documents';
import type { ModelReportQuery } from '../api/documents';
import { Empty, Failed, Loading } from '../shell/states';
import { useAddress, useLink } from '../state/address';
import { CurrentContext } from '../state/catalog';
import type { Model as ModelSummary } from '../state/catalog';
import { useQuery } from '../state/query';
import { dateTime, threshold as thresholdText } from '../words';
import { Compare } from './compare';
import { Confusion } from './confusion';
import { Curves } from './curves';
import { Figures } from './figures';
import '../styles/wall.css';
import '../styles/page.css';
import '../styles/model.css';

export type Report = NonNullable<ModelReportQuery['model']>;

/** How good the current model is, how it became so, and what another one would say. */
export function Model() {
  const { collection, model, models, loading, error, reload } = useContext(CurrentContext);
  const link = useLink();
  if (error) return <Failed error={error} retry={() => void reload()} />;
  if (loading) return <Loading what="Looking for models" />;
  if (collection === null || model === null) {
    return (
      <Empty title="No model yet">
        <p>Label some pictures of both kinds, then train a model on them.</p>
        <p class="actions">
          <a class="button" href={link('/label')}>
            Label
          </a>
          <a class="button button-main" href={`${link('/runs')}${link('/runs').includes('?') ? '&' : '?'}start=TRAIN`}>
            Train
          </a>
        </p>
      </Empty>
    );
  }
  return <ModelPage key={model.id} model={model} models={models ?? [model]} collection={collection.name} />;
}

function ModelPage({
  model,
  models,
  collection,
}: {
  model: ModelSummary;
  models: readonly ModelSummary[];
  collection: string;
}) {
  const { query } = useAddress();
  const { data, error, reload } = useQuery(modelReport, { id: model.id });
  if (error && data === null) return <Failed error={error} retry={() => void reload()} />;
  const report = data?.model ?? null;
  if (report === null) return <Loading what="Reading the model" />;
  const others = models.filter(({ id }) => id !== model.id);
  const against = others.find(({ number }) => String(number) === query.against) ?? null;
  return (
    <div class="page">
      <header>
        <h1>
          {collection}, model v{report.number}
        </h1>
        <p class="quiet">
          Trained {dateTime(report.createdAt)} on {report.labelCounts.positive} positive and{' '}
          {report.labelCounts.negative} negative labels. Threshold {thresholdText(report.threshold.value)}
          {report.threshold.note && `: ${report.threshold.note}`}
        </p>
      </header>
      <Figures report={report} />
      <Curves report={report} />
      <Confusion report={report} />
      <Compare model={model} report={report} others={others} against={against} />
    </div>
  );
}
