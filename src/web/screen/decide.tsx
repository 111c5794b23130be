import { useSignal } from '@preact/signals';
import { lazy } from 'preact-iso';
import { useEffect, useMemo } from 'preact/hooks';

import { ask } from '../api/client';
import { countsAt, curve as curveQuery } from '../api/documents';
import { Failed, Loading } from '../shell/states';
import { useAddress } from '../state/address';
import type { Collection, Model } from '../state/catalog';
import { useKeys } from '../state/keys';
import { refreshAfterLabels } from '../state/labelling';
import { tellError } from '../state/notices';
import { useQuery } from '../state/query';
import { threshold as thresholdText } from '../words';
import { Curve } from './curve';
import { Histogram } from './histogram';
import type { Scale } from './histogram';
import { Readout } from './readout';
import { SetThreshold } from './set-threshold';
import { createThreshold } from './threshold';
import { Waiting } from './waiting';
import { Walls } from './walls';

/** Seldom needed, so loaded when it is. */
const Unscored = lazy(() => import('./unscored').then(({ Unscored: view }) => view));

refreshAfterLabels(curveQuery);

/** The histogram with the threshold on it, what it would decide, and the pictures on either side. */
export function Decide({ collection, model }: { collection: Collection; model: Model }) {
  const { query, set } = useAddress();
  const { data, error, reload } = useQuery(curveQuery, { model: model.id });
  const found = data?.model ?? null;
  const inForce = found?.threshold.value ?? model.threshold.value;
  const scale = useSignal<Scale>('sqrt');

  const threshold = useMemo(
    () =>
      createThreshold(thresholdIn(query.t) ?? inForce, (value) =>
        set({ t: value === inForceNow.value ? null : thresholdText(value) }),
      ),
    [model.id],
  );
  const inForceNow = useSignal(inForce);
  inForceNow.value = inForce;

  const curve = useMemo(() => {
    if (found === null) return null;
    const made = new Curve(found.curve);
    made.learn(found.threshold.value, { above: found.counts.above, kept: found.counts.ok });
    return made;
  }, [found]);

  // The address says where the threshold is looked at: by the back button, or after it was set.
  useEffect(() => {
    const to = thresholdIn(query.t) ?? inForce;
    // What it says is what was written there: the pointer may have gone on since.
    if (to === threshold.settled.peek()) return;
    threshold.move(to);
    threshold.settle();
  }, [query.t, inForce]);

  // Between two points of the curve the counts are asked for.
  const settled = threshold.settled.value;
  useEffect(() => {
    if (curve === null || curve.isKnown(settled)) return;
    ask(countsAt, { model: model.id, threshold: settled })
      .then(({ model: at }) => {
        if (at === null) return;
        curve.learn(settled, { above: at.counts.above, kept: at.counts.ok });
      })
      .catch(tellError);
  }, [curve, settled]);

  const focusSlider = (): void => document.querySelector<HTMLElement>('.histogram-handle')?.focus();
  useKeys('Threshold', [
    { keys: ['t'], does: 'go to the threshold', run: focusSlider },
    { keys: ['ArrowLeft', 'ArrowRight'], does: 'by 0.01; with shift by 0.1' },
    { keys: [',', '.'], does: 'by 0.001' },
  ]);

  if (error && curve === null) return <Failed error={error} retry={() => void reload()} />;
  if (curve === null) return <Waiting what="Reading the scores" />;
  return (
    <div class="screen">
      <h1 class="unseen">
        {collection.name}, model v{model.number}
      </h1>
      <section class="panel" aria-label="Threshold">
        <Histogram curve={curve} threshold={threshold} inForce={inForce} scale={scale.value} />
        <div class="panel-row">
          <Readout curve={curve} threshold={threshold} inForce={inForce} validation={model.metrics} />
          <SetThreshold model={model} threshold={threshold} inForce={inForce} scale={scale} />
        </div>
      </section>
      {curve.above(0) === 0 ? (
        <Unscored collection={collection} />
      ) : curve.isKnown(settled) ? (
        <Walls collection={collection} model={model} curve={curve} threshold={settled} inForce={inForce} />
      ) : (
        <Loading what="Counting" />
      )}
    </div>
  );
}

/** A threshold that an address or a person may have written; null for anything else. */
function thresholdIn(text: string | undefined): number | null {
  const value = Number(text ?? NaN);
  return value >= 0 && value <= 1 ? value : null;
}
