import { lazy } from 'preact-iso';
import { useContext } from 'preact/hooks';

import { Empty, Failed } from '../shell/states';
import { CurrentContext } from '../state/catalog';
import { counted } from '../words';
import { Decide } from './decide';
import { Waiting } from './waiting';
import '../styles/wall.css';
import '../styles/screen.css';

/** Seldom needed, so loaded when it is. */
const Guide = lazy(() => import('../guide/guide').then(({ Guide: view }) => view));

/** Both sides of the threshold of the current model; or what to do so that there is one. */
export function Screen() {
  const current = useContext(CurrentContext);
  const { collections, collection, model, loading, error, reload } = current;
  if (error) return <Failed error={error} retry={() => void reload()} />;
  if (loading) return <Waiting what="Looking for scores" />;
  if (collections.length === 0) return <Guide current={current} />;
  if (collection === null) {
    return (
      <Empty title="There is no such collection">
        <p>Choose one of {counted(collections.length, 'collection')} at the top.</p>
      </Empty>
    );
  }
  if (model === null) return <Guide current={current} />;
  return <Decide key={model.id} collection={collection} model={model} />;
}
