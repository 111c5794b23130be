import type { ReadonlySignal } from '@preact/signals';

import type { Model } from '../state/catalog';
import { useDerived } from '../state/derived';
import { count, difference, percent } from '../words';
import type { Curve, Decision } from './curve';
import type { Threshold } from './threshold';

interface Props {
  curve: Curve;
  threshold: Threshold;
  inForce: number;
  validation: Model['metrics'];
}

/** What the threshold that is shown would decide. Only these texts change while it is dragged. */
export function Readout({ curve, threshold, inForce, validation }: Props) {
  const { shown } = threshold;
  const before = curve.at(inForce);
  const text = (of: (decision: Decision) => string): ReadonlySignal<string> =>
    useDerived(() => of(curve.at(shown.value)), [curve, inForce]);
  const flips = useDerived(() => count(curve.flips(inForce, shown.value)), [curve, inForce]);
  const towards = useDerived(() => {
    if (curve.flips(inForce, shown.value) === 0) return 'as it is';
    return shown.value > inForce ? 'would become NG' : 'would become OK';
  }, [curve, inForce]);
  const labels = (validation.validationPositives ?? 0) + (validation.validationNegatives ?? 0);
  const onLabels = labels === 0 ? 'no labels held out' : `on ${count(labels)} held out`;
  return (
    <dl class="readout">
      <Figure
        name="Kept"
        kind="ok"
        value={text(({ kept }) => count(kept))}
        note={text(({ kept }) => change(kept - before.kept))}
      />
      <Figure
        name="Dropped"
        kind="ng"
        value={text(({ dropped }) => count(dropped))}
        note={text(({ dropped }) => change(dropped - before.dropped))}
      />
      <Figure name="Flips" value={flips} note={towards} />
      <Figure name="Precision" value={text(({ precision }) => percent(precision))} note={onLabels} />
      <Figure name="Recall" value={text(({ recall }) => percent(recall))} note={onLabels} />
    </dl>
  );
}

function change(by: number): string {
  return by === 0 ? 'as it is' : difference(by);
}

function Figure({
  name,
  value,
  note,
  kind = '',
}: {
  name: string;
  value: ReadonlySignal<string>;
  note: ReadonlySignal<string> | string;
  kind?: string;
}) {
  return (
    <div class={`figure ${kind && `figure-${kind}`}`}>
      <dt>{name}</dt>
      <dd class="figure-value">{value}</dd>
      <dd class="figure-note">{note}</dd>
    </div>
  );
}
