import { useContext } from 'preact/hooks';

import { Empty, Failed } from '../shell/states';
import { useLink } from '../state/address';
import { CurrentContext } from '../state/catalog';
import { counted } from '../words';
import { Decide } from './decide';
import { Waiting } from './waiting';
import '../styles/wall.css';
import '../styles/screen.css';

/** Both sides of the threshold of the current model; or what to do so that there is one. */
export function Screen() {
  const { collections, collection, model, loading, error, reload } = useContext(CurrentContext);
  const link = useLink();
  if (error) return <Failed error={error} retry={() => void reload()} />;
  if (loading) return <Waiting what="Looking for scores" />;
  if (collections.length === 0) return <NothingYet />;
  if (collection === null) {
    return (
      <Empty title="There is no such collection">
        <p>Choose one of {counted(collections.length, 'collection')} at the top.</p>
      </Empty>
    );
  }
  if (model === null) {
    const { positive, negative } = collection.labelCounts;
    return (
      <Empty title="Nothing has been scored yet">
        <p>
          {collection.name} has {counted(collection.imageCount, 'image')} and {counted(positive + negative, 'label')}.
          Label some of both kinds, then train a model on them.
        </p>
        <p>
          <a class="button button-main" href={link('/label')}>
            Label
          </a>
        </p>
      </Empty>
    );
  }
  return <Decide key={model.id} collection={collection} model={model} />;
}

function NothingYet() {
  return (
    <Empty title="No pictures yet">
      <p>Add a folder of them, and they appear here:</p>
      <pre>
        <code>npx winnow screen ./pictures --labels labels.csv</code>
      </pre>
    </Empty>
  );
}
