import { useSignalEffect } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';

import { ask } from '../api/client';
import { curve as curveQuery, models, overview, setCounts, setThreshold, thresholdHistory } from '../api/documents';
import { Icon } from '../shell/icons';
import type { Model } from '../state/catalog';
import { useDerived } from '../state/derived';
import { tell, tellError } from '../state/notices';
import { refresh } from '../state/query';
import { threshold as thresholdText } from '../words';
import { Goals } from './goals';
import type { Scale } from './histogram';
import { History } from './history';
import type { Threshold } from './threshold';

interface Props {
  model: Model;
  threshold: Threshold;
  inForce: number;
  scale: Signal<Scale>;
}

/** Reads again what depends on the threshold in force. */
export async function afterThreshold(): Promise<void> {
  await refresh(overview, models, curveQuery, setCounts, thresholdHistory);
}

/** The threshold as a number to type, and what can be done with it. */
export function SetThreshold({ model, threshold, inForce, scale }: Props) {
  const [note, setNote] = useState('');
  const [setting, setSetting] = useState(false);
  const [opened, setOpened] = useState<'HISTORY' | 'GOALS' | null>(null);
  const number = useRef<HTMLInputElement>(null);
  const moved = useDerived(() => threshold.shown.value !== inForce, [threshold, inForce]);

  // Not while somebody types in it.
  useSignalEffect(() => {
    const text = thresholdText(threshold.shown.value);
    if (number.current && document.activeElement !== number.current) number.current.value = text;
  });

  const set = async (event: Event): Promise<void> => {
    event.preventDefault();
    threshold.settle();
    const value = threshold.shown.value;
    setSetting(true);
    try {
      await ask(setThreshold, { model: model.id, value, note: note.trim() || null });
      await afterThreshold();
      setNote('');
      tell(`The threshold of v${model.number} is ${thresholdText(value)}.`);
    } catch (error) {
      tellError(error);
    }
    setSetting(false);
  };

  return (
    <form class="set-threshold" onSubmit={(event) => void set(event)}>
      <div class="set-threshold-row">
        <label class="field-inline">
          <span class="set-threshold-name">Threshold</span>
          <input
            ref={number}
            class="input input-number"
            aria-label="Threshold"
            type="number"
            min="0"
            max="1"
            step="0.0001"
            required
            defaultValue={thresholdText(threshold.shown.peek())}
            onInput={({ currentTarget }) => {
              if (currentTarget.value !== '' && currentTarget.validity.valid)
                threshold.move(Number(currentTarget.value));
            }}
            onBlur={({ currentTarget }) => (currentTarget.value = thresholdText(threshold.shown.peek()))}
          />
        </label>
        <input
          class="input input-note"
          type="text"
          aria-label="Why (a note)"
          placeholder="why, in a few words"
          maxLength={2000}
          value={note}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <button type="submit" class="button button-main" disabled={setting || !moved.value}>
          Set threshold
        </button>
      </div>
      <div class="set-threshold-row set-threshold-tools">
        <button
          type="button"
          class="button button-quiet"
          disabled={!moved.value}
          onClick={() => {
            threshold.move(inForce);
            threshold.settle();
          }}
        >
          <Icon name="undo" />
          Back to {thresholdText(inForce)}
        </button>
        <button type="button" class="button button-quiet" onClick={() => setOpened('HISTORY')}>
          <Icon name="history" />
          History
        </button>
        <button type="button" class="button button-quiet" onClick={() => setOpened('GOALS')}>
          <Icon name="target" />
          By goal
        </button>
        <ScaleChoice scale={scale} />
      </div>
      {opened === 'HISTORY' && <History model={model} onClose={() => setOpened(null)} />}
      {opened === 'GOALS' && <Goals model={model} threshold={threshold} onClose={() => setOpened(null)} />}
    </form>
  );
}

function ScaleChoice({ scale }: { scale: Signal<Scale> }) {
  return (
    <fieldset class="segmented">
      <legend class="unseen">Scale of the histogram</legend>
      {(['sqrt', 'log'] as const).map((one) => (
        <label key={one}>
          <input type="radio" name="scale" checked={scale.value === one} onChange={() => (scale.value = one)} />
          <span>{one === 'sqrt' ? '√' : 'log'}</span>
        </label>
      ))}
    </fieldset>
  );
}
