import { ask } from '../api/client';
import { revertThreshold, thresholdHistory } from '../api/documents';
import { Dialog } from '../shell/dialog';
import { Failed, Loading } from '../shell/states';
import type { Model } from '../state/catalog';
import { tell, tellError } from '../state/notices';
import { useQuery } from '../state/query';
import { dateTime, threshold as thresholdText } from '../words';
import { afterThreshold } from './set-threshold';

/** Who set which threshold, when and why; and back to any of them. */
export function History({ model, onClose }: { model: Model; onClose: () => void }) {
  const { data, error, reload } = useQuery(thresholdHistory, { model: model.id });
  const revert = async (to: string, value: number): Promise<void> => {
    try {
      await ask(revertThreshold, { model: model.id, to });
      await afterThreshold();
      tell(`The threshold of v${model.number} is ${thresholdText(value)} again.`);
      onClose();
    } catch (failure) {
      tellError(failure);
    }
  };
  return (
    <Dialog title={`Thresholds of v${model.number}`} onClose={onClose}>
      {error && <Failed error={error} retry={() => void reload()} />}
      {data === null && !error && <Loading />}
      <ol class="history">
        {data?.model?.thresholds.map(({ id, value, note, who, createdAt }, at) => (
          <li key={id}>
            <strong class="history-value">{thresholdText(value)}</strong>
            <div>
              <p>{note ?? 'no note'}</p>
              <p class="quiet">
                {who}, {dateTime(createdAt)}
              </p>
            </div>
            {at === 0 ? (
              <span class="quiet">in force</span>
            ) : (
              <button type="button" class="button" onClick={() => void revert(id, value)}>
                Revert to this
              </button>
            )}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
