import { useContext, useState } from 'preact/hooks';

import { runs as runsQuery } from '../api/documents';
import { Empty, Failed, Loading } from '../shell/states';
import { CurrentContext } from '../state/catalog';
import { useQuery } from '../state/query';
import { isOver } from './live';
import { RunCard } from './run-card';
import { StartForm } from './start-form';
import '../styles/wall.css';
import '../styles/page.css';
import '../styles/runs.css';

const PAGE = 25;
/** The largest page of the API. */
const MOST = 500;

/** What can be started, what is going on and what was. */
export function Runs() {
  const current = useContext(CurrentContext);
  const [size, setSize] = useState(PAGE);
  const { collection, loading, error, reload } = current;
  const all = useQuery(runsQuery, loading ? null : { collection: collection?.id ?? null, first: size });
  if (error) return <Failed error={error} retry={() => void reload()} />;
  if (loading) return <Loading what="Looking for runs" />;
  const list = all.data?.runs.edges.map(({ node }) => node) ?? [];
  const [active, over] = [list.filter((run) => !isOver(run)).reverse(), list.filter(isOver)];
  return (
    <div class="page page-narrow">
      <h1>Runs{collection && ` of ${collection.name}`}</h1>
      <StartForm current={current} />
      {all.error && all.data === null && <Failed error={all.error} retry={() => void all.reload()} />}
      {active.length > 0 && (
        <section class="card" aria-labelledby="now-title">
          <h2 id="now-title">Now</h2>
          <ol class="run-list">
            {active.map((run) => (
              <RunCard key={run.id} run={run} />
            ))}
          </ol>
        </section>
      )}
      <section class="card" aria-labelledby="before-title">
        <h2 id="before-title">History</h2>
        {all.data === null && !all.error && <Loading />}
        {all.data !== null && over.length === 0 && (
          <Empty title="Nothing has run yet">
            <p>Start with a folder of pictures, above.</p>
          </Empty>
        )}
        <ol class="run-list">
          {over.map((run) => (
            <RunCard key={run.id} run={run} />
          ))}
        </ol>
        {all.data?.runs.pageInfo.hasNextPage && size < MOST && (
          <button type="button" class="button" onClick={() => setSize(Math.min(MOST, size * 4))}>
            Show older ones
          </button>
        )}
      </section>
    </div>
  );
}
