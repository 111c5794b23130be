import { ensureCollection } from '../src/catalog/collections.js';
import { setLabels } from '../src/catalog/labels.js';
import { rows } from '../src/db.js';
import { COLLECTION, execute, type Scratch } from './scratch.js';

const LABELS = 64;

/**
 * A trained model over the collection's pictures. Its labels mean nothing (every other picture is positive): benches
 * that use it measure speed and memory, not judgement.
 */
export async function trainSomeModel(scratch: Scratch): Promise<void> {
  const { dataSource } = scratch;
  const { id: collectionId } = await ensureCollection(dataSource, COLLECTION);
  const images = await rows<{ id: number }>(
    dataSource,
    'select image_id as id from winnow.collection_images where collection_id = $1 order by image_id limit $2',
    [collectionId, LABELS],
  );
  const labels = images.map(({ id }, i) => ({
    imageId: id,
    value: i % 2 ? ('POSITIVE' as const) : ('NEGATIVE' as const),
  }));
  await dataSource.transaction((tx) => setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'bench' }));
  await execute(scratch, 'TRAIN', { epochs: 2 });
}
