import { useState } from 'preact/hooks';

import { similarImages } from '../api/documents';
import { Failed, Loading } from '../shell/states';
import { useLink } from '../state/address';
import type { Collection } from '../state/catalog';
import { useQuery } from '../state/query';
import { Picture } from '../wall/picture';
import { baseName } from '../words';
import type { ImageFacts } from './image';
import { Card } from './image';

const SIDE = 104;
/** Bits of 64 in which perceptual hashes may differ. */
const DISTANCES = [
  { bits: 6, text: 'The same picture' },
  { bits: 12, text: 'Much alike' },
  { bits: 18, text: 'Somewhat alike' },
] as const;

/** Images of the collection that look like this one. */
export function Similar({ image, collection }: { image: ImageFacts; collection: Collection }) {
  const [bits, setBits] = useState<number>(12);
  const link = useLink();
  const { data, error, reload } = useQuery(similarImages, {
    collection: collection.id,
    image: image.id,
    maxDistance: bits,
  });
  const found = data?.images.edges.map(({ node }) => node).filter(({ id }) => id !== image.id);
  return (
    <Card title="Similar pictures">
      <fieldset class="segmented segmented-wrap">
        <legend class="unseen">How alike</legend>
        {DISTANCES.map((one) => (
          <label key={one.bits}>
            <input type="radio" name="alike" checked={bits === one.bits} onChange={() => setBits(one.bits)} />
            <span>{one.text}</span>
          </label>
        ))}
      </fieldset>
      {error && data === null && <Failed error={error} retry={() => void reload()} />}
      {data === null && !error && <Loading what="Looking for similar ones" />}
      {found?.length === 0 && (
        <p class="quiet">None in {collection.name}. Allow for more difference, or it is one of a kind.</p>
      )}
      <ul class="thumbs">
        {found?.map((one) => (
          <li key={one.id}>
            <a href={link(`/images/${one.id}`)} aria-label={baseName(one.uri)}>
              <span class="thumb" style={{ width: `${SIDE}px`, height: `${SIDE}px` }}>
                <Picture tile={one} side={SIDE} />
              </span>
            </a>
            <span class="quiet">{one.label ? one.label.value.toLowerCase() : 'no label'}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
