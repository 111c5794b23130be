import { useEffect } from 'preact/hooks';

import { curve, runs as runsQuery } from '../api/documents';
import { isOver } from '../runs/live';
import { RunCard } from '../runs/run-card';
import { Empty, Loading } from '../shell/states';
import { useLink } from '../state/address';
import type { Collection } from '../state/catalog';
import { refresh, useQuery } from '../state/query';
import '../styles/page.css';
import '../styles/runs.css';

/** In place of the walls of a model that has scored nothing: how far that is, or how to begin. */
export function Unscored({ collection }: { collection: Collection }) {
  const link = useLink();
  const { data } = useQuery(runsQuery, { collection: collection.id, first: 12 });
  const active = data?.runs.edges.map(({ node }) => node).filter((run) => !isOver(run)) ?? [];
  const nothingRuns = data !== null && active.length === 0;
  // What scored them may have ended while its runs were asked for.
  useEffect(() => {
    if (nothingRuns) void refresh(curve);
  }, [nothingRuns]);
  if (data === null) return <Loading />;
  if (nothingRuns) {
    return (
      <Empty title="No picture has a score yet">
        <p>
          <a href={link('/runs', { start: 'CLASSIFY' })}>Classify the pictures</a> with this model.
        </p>
      </Empty>
    );
  }
  return (
    <div class="page page-narrow">
      <section class="card" aria-labelledby="unscored-runs">
        <h2 id="unscored-runs">The scores appear here when this is done</h2>
        <ol class="run-list">
          {active.reverse().map((run) => (
            <RunCard key={run.id} run={run} />
          ))}
        </ol>
      </section>
    </div>
  );
}
