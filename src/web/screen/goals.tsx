import { useState } from 'preact/hooks';

import { ApiError, ask } from '../api/client';
import { suggestThreshold } from '../api/documents';
import type { SuggestThresholdQuery, ThresholdGoal } from '../api/documents';
import { Dialog } from '../shell/dialog';
import { useLink } from '../state/address';
import type { Model } from '../state/catalog';
import { threshold as thresholdText } from '../words';
import type { Threshold } from './threshold';

type Suggestion = NonNullable<NonNullable<SuggestThresholdQuery['model']>['suggestThreshold']>;

interface Goal {
  readonly kind: 'precision' | 'recall' | 'keep' | 'review';
  readonly before: string;
  readonly after: string;
  readonly start: number;
  readonly max?: number;
}

const GOALS: readonly Goal[] = [
  { kind: 'precision', before: 'Of what is kept, at least', after: '% is right (precision)', start: 95, max: 100 },
  { kind: 'recall', before: 'Of what is wanted, at least', after: '% is kept (recall)', start: 95, max: 100 },
  { kind: 'keep', before: 'Keep about', after: 'images', start: 20_000 },
  { kind: 'review', before: 'I can look at', after: 'images', start: 500 },
];

/** The threshold by what it is to achieve. It is moved, not set: setting stays a decision of its own. */
export function Goals({ model, threshold, onClose }: { model: Model; threshold: Threshold; onClose: () => void }) {
  const [answer, setAnswer] = useState<{ kind: Goal['kind']; suggestion?: Suggestion; problem?: string } | null>(null);
  const suggest = async (kind: Goal['kind'], entered: number): Promise<void> => {
    const value = kind === 'precision' || kind === 'recall' ? entered / 100 : entered;
    try {
      const { model: found } = await ask(suggestThreshold, { model: model.id, goal: goalOf(kind, value) });
      const suggestion = found?.suggestThreshold ?? undefined;
      setAnswer({ kind, suggestion });
      if (suggestion === undefined) return;
      threshold.move(suggestion.threshold);
      threshold.settle();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setAnswer({ kind, problem: error.message });
    }
  };
  return (
    <Dialog title="What is the threshold to achieve?" onClose={onClose}>
      <div class="goals">
        {GOALS.map((goal) => (
          <GoalForm key={goal.kind} goal={goal} onAsk={(value) => void suggest(goal.kind, value)}>
            {answer?.kind === goal.kind && <Outcome {...answer} onClose={onClose} />}
          </GoalForm>
        ))}
      </div>
    </Dialog>
  );
}

function goalOf(kind: Goal['kind'], value: number): ThresholdGoal {
  switch (kind) {
    case 'precision':
      return { precision: value };
    case 'recall':
      return { recall: value };
    case 'keep':
      return { keep: value };
    case 'review':
      return { review: value };
  }
}

function GoalForm({
  goal: { kind, before, after, start, max },
  onAsk,
  children,
}: {
  goal: Goal;
  onAsk: (value: number) => void;
  children: preact.ComponentChildren;
}) {
  const [value, setValue] = useState(String(start));
  return (
    <form
      class="goal"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        onAsk(Number(value));
      }}
    >
      <label class="goal-question">
        <span>{before}</span>
        <input
          class="input input-number"
          type="number"
          name={kind}
          min="1"
          max={max}
          step={max === undefined ? 1 : 'any'}
          required
          value={value}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
        <span>{after}</span>
      </label>
      <button type="submit" class="button">
        Find
      </button>
      {children}
    </form>
  );
}

function Outcome({ suggestion, problem, onClose }: { suggestion?: Suggestion; problem?: string; onClose: () => void }) {
  const link = useLink();
  if (suggestion === undefined)
    return (
      <p class="goal-answer wrong" role="alert">
        {problem ?? 'No threshold does that.'}
      </p>
    );
  return (
    <div class="goal-answer" role="status">
      <p>
        <strong>{thresholdText(suggestion.threshold)}</strong> {suggestion.reason}
      </p>
      <p class="actions">
        {suggestion.review && (
          <a class="button button-main" href={link('/label', { order: 'uncertain', which: 'unlabelled' })}>
            Look at them
          </a>
        )}
        <button type="button" class="button" onClick={onClose}>
          See it on the walls
        </button>
      </p>
    </div>
  );
}
