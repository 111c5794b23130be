import { ask } from '../api/client';
import { retryFailed, runFailures, runs } from '../api/documents';
import type { FailureCode, RunFailuresQuery } from '../api/documents';
import { Failed, Loading } from '../shell/states';
import { useLink } from '../state/address';
import { tell, tellError } from '../state/notices';
import { refresh, useQuery } from '../state/query';
import { Picture } from '../wall/picture';
import { baseName, count, counted } from '../words';
import { failuresOf, isOver } from './live';
import type { Run } from './live';

type Group = NonNullable<RunFailuresQuery['run']>['failureGroups'][number];

const SIDE = 72;

/** What went wrong with single pictures and files, by code; and once more with those. */
export function Failures({ run }: { run: Run }) {
  const { data, error, reload } = useQuery(runFailures, { id: run.id });
  const retry = (codes?: FailureCode[]): void => {
    ask(retryFailed, { run: run.id, codes })
      .then(() => {
        tell('Once more with what failed.');
        return refresh(runs);
      })
      .catch(tellError);
  };
  if (error && data === null) return <Failed error={error} retry={() => void reload()} />;
  if (data === null) return <Loading what="Reading the failures" />;
  const groups = data.run?.failureGroups ?? [];
  const mayRetry = isOver(run) && run.stage !== 'TRAIN';
  return (
    <section class="stack">
      <div class="run-head">
        <h4>Failures</h4>
        {mayRetry && groups.length > 1 && (
          <button type="button" class="button" onClick={() => retry()}>
            Retry all {count(failuresOf(run))}
          </button>
        )}
      </div>
      {groups.map((group) => (
        <FailureGroup key={group.code} group={group} retry={mayRetry ? () => retry([group.code]) : null} />
      ))}
    </section>
  );
}

function FailureGroup({ group: { code, count: all, examples }, retry }: { group: Group; retry: (() => void) | null }) {
  const link = useLink();
  return (
    <div class="failure-group">
      <div class="run-head">
        <h5>
          <code>{code}</code> {counted(all, 'time')}
        </h5>
        {retry && (
          <button type="button" class="button" aria-label={`Retry what failed with ${code}`} onClick={retry}>
            Retry
          </button>
        )}
      </div>
      <ul class="failure-list">
        {examples.map(({ id, message, uri, attempt, image }) => (
          <li key={id}>
            {image && (
              <a class="failure-picture" href={link(`/images/${image.id}`)} aria-label={baseName(image.uri)}>
                <Picture tile={image} side={SIDE} />
              </a>
            )}
            <p>
              <strong>{baseName(uri ?? image?.uri ?? null)}</strong>
              <span class="quiet">
                {' '}
                {message}
                {attempt > 1 && ` Attempt ${attempt}.`}
              </span>
            </p>
          </li>
        ))}
      </ul>
      {all > examples.length && <p class="quiet">and {count(all - examples.length)} more with this code</p>}
    </div>
  );
}
