import { rows, type Db } from '../db.js';
import { AddedBackbone, BackboneSpeed } from '../entities/index.js';
import { WinnowError } from '../errors.js';

export type NewBackbone = Omit<AddedBackbone, 'addedAt'>;

/** A backbone that runs may name, whether it came with the program or was added. */
export interface AvailableBackbone {
  readonly name: string;
  readonly network: string;
  readonly source: string;
  readonly licence: string | null;
  /** Side of the square it sees, in pixels. */
  readonly size: number;
  /** Numbers in one image's features. */
  readonly dimensions: number;
  /** Of its weights; null when they are not there. */
  readonly bytes: number | null;
  /** Who added it, and when; null for those that come with the program. */
  readonly added: { readonly by: string; readonly at: Date } | null;
  /** What has to be done before it can be used; null when nothing. */
  readonly missing: string | null;
  readonly speeds: readonly MeasuredSpeed[];
}

export interface MeasuredSpeed {
  readonly precision: string;
  readonly machine: string;
  readonly provider: string;
  readonly imagesPerSecond: number;
  readonly measuredAt: Date;
}

export function findAddedBackbone(db: Db, name: string): Promise<AddedBackbone | null> {
  return db.getRepository(AddedBackbone).findOneBy({ name });
}

/** By name. */
export function listAddedBackbones(db: Db): Promise<AddedBackbone[]> {
  return db.getRepository(AddedBackbone).find({ order: { name: 'ASC' } });
}

/**
 * Records a backbone under its name; the same one again changes nothing.
 * @throws WinnowError CONFLICT when another one has the name: features and models made with it would change their meaning
 */
export async function recordBackbone(db: Db, backbone: NewBackbone): Promise<AddedBackbone> {
  const { name, file, bytes, size, dimensions, squaresPerRun, about, made, addedBy } = backbone;
  await rows(
    db,
    `insert into winnow.added_backbones (name, file, bytes, size, dimensions, squares_per_run, about, made, added_by)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9) on conflict (name) do nothing`,
    [name, file, bytes, size, dimensions, squaresPerRun, JSON.stringify(about), JSON.stringify(made), addedBy],
  );
  const recorded = await db.getRepository(AddedBackbone).findOneByOrFail({ name });
  if (recorded.file === file) return recorded;
  throw new WinnowError(
    'CONFLICT',
    `There is another backbone called ${name}, added by ${recorded.addedBy} on ${recorded.addedAt.toISOString().slice(0, 10)}. Choose another name: what was made with it must keep its meaning.`,
  );
}

export async function recordSpeed(db: Db, speed: Omit<BackboneSpeed, 'measuredAt'>): Promise<void> {
  const { backbone, precision, machine, provider, imagesPerSecond } = speed;
  await rows(
    db,
    `insert into winnow.backbone_speeds (backbone, precision, machine, provider, images_per_second)
     values ($1, $2, $3, $4, $5::real)
     on conflict (backbone, precision, machine, provider)
     do update set images_per_second = excluded.images_per_second, measured_at = now()`,
    [backbone, precision, machine, provider, imagesPerSecond],
  );
}

/** By backbone, the fastest first. */
export async function speedsByBackbone(db: Db): Promise<Map<string, MeasuredSpeed[]>> {
  const speeds = new Map<string, MeasuredSpeed[]>();
  for (const { backbone, ...speed } of await db
    .getRepository(BackboneSpeed)
    .find({ order: { imagesPerSecond: 'DESC' } })) {
    speeds.set(backbone, [...(speeds.get(backbone) ?? []), speed]);
  }
  return speeds;
}
