import type { ComponentChildren } from 'preact';

import { count, percent } from '../words';
import type { Report } from './model';
import { precision, recall } from './rates';

/** The model in a few figures. */
export function Figures({ report }: { report: Report }) {
  const { metrics, counts, validationAt: at } = report;
  const heldOut = (metrics.validationPositives ?? 0) + (metrics.validationNegatives ?? 0);
  return (
    <dl class="readout card">
      <Figure name="AUC" note={`on ${count(heldOut)} held out`}>
        {metrics.validationAuc === null ? '–' : metrics.validationAuc.toFixed(3)}
      </Figure>
      <Figure name="Precision" note="at the threshold">
        {percent(at && precision(at))}
      </Figure>
      <Figure name="Recall" note="at the threshold">
        {percent(at && recall(at))}
      </Figure>
      <Figure name="OK" kind="ok" note="images">
        {count(counts.ok)}
      </Figure>
      <Figure name="NG" kind="ng" note={counts.unscored > 0 ? `${count(counts.unscored)} not scored` : 'images'}>
        {count(counts.ng)}
      </Figure>
    </dl>
  );
}

function Figure({
  name,
  kind = '',
  note,
  children,
}: {
  name: string;
  kind?: string;
  note: string;
  children: ComponentChildren;
}) {
  return (
    <div class={`figure ${kind && `figure-${kind}`}`}>
      <dt>{name}</dt>
      <dd class="figure-value">{children}</dd>
      <dd class="figure-note">{note}</dd>
    </div>
  );
}
