import type { ImageFormat, LabelValue, Verdict } from '../entities/index.js';
import { labelOfSql } from './image-columns.js';
import { verdictSql } from './verdict.js';

export interface Range {
  /** From here, included. */
  min?: number;
  /** Up to here, included. */
  max?: number;
}

/** Which images are wanted. All that is given must hold; what is left out does not matter. */
export interface ImageFilter {
  /** 0..1; an image without a score is in no range. */
  score?: Range;
  /** At the threshold that is asked with. */
  verdict?: Verdict;
  label?: LabelValue;
  labelled?: boolean;
  /** One of its current sources starts so. */
  sourcePrefix?: string;
  formats?: readonly ImageFormat[];
  width?: Range;
  height?: Range;
  /** Whether it has ever failed, in any run. */
  failed?: boolean;
  /** Perceptual hashes that differ in at most so many of 64 bits. */
  near?: { imageId: number; maxDistance: number };
}

export interface ImagesAsked {
  collectionId: number;
  /** Whose scores and verdicts count; none when null. */
  modelId: number | null;
  /** What verdicts are by; null without a model. */
  threshold: number | null;
  filter: ImageFilter;
  /** Leaves out images that the model has not scored. */
  scoredOnly: boolean;
}

/**
 * A way to come by images: `from` with `where` gives each of them once as `id`, together with the columns `s.score` and
 * `s.logit`, null where it has no score.
 */
export interface Branch {
  along: 'SCORES' | 'LABELS' | 'COLLECTION';
  from: string;
  id: string;
  where: string[];
}

/** The values of a statement that is put together from pieces. */
export class Values {
  private readonly list: unknown[] = [];

  /** SQL of a place for the value, with its type. */
  add(value: unknown, type: string): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }

  /** The statement with the values it uses: Postgres refuses one that does not use them all. */
  statement(text: string): { text: string; values: unknown[] } {
    const values: unknown[] = [];
    const places = new Map<string, string>();
    const numbered = text.replace(/\$(\d+)(?=::)/g, (place, number: string) => {
      if (!places.has(place)) places.set(place, `$${values.push(this.list[Number(number) - 1])}`);
      return places.get(place)!;
    });
    return { text: numbered, values };
  }
}

/**
 * SQL of the images that are asked for, as branches that have no image in common. Verdicts are cut in two where they are
 * read along scores: the unlabelled images are a range of the index, the labelled ones are few. So a page of one verdict
 * never walks over the images of the other.
 * @param along what unlabelled images are read along
 */
export function branchesOf(asked: ImagesAsked, values: Values, along: 'SCORES' | 'COLLECTION'): Branch[] {
  const { collectionId, modelId, threshold, filter, scoredOnly } = asked;
  const { verdict, labelled, label } = filter;
  const collection = values.add(collectionId, 'integer');
  const model = values.add(modelId, 'integer');
  const t = verdict === undefined ? '' : values.add(threshold, 'real');
  const common = conditionsOf(filter, scoredOnly, values);
  const scoreOf = (id: string) =>
    `left join lateral (select x.score, x.logit from winnow.scores x where x.model_id = ${model} and x.image_id = ${id} offset 0) s on true`;
  const unlabelled = (id: string) =>
    `not exists (select from winnow.labels n where n.collection_id = ${collection} and n.image_id = ${id} and n.superseded_at is null)`;

  const labels = (...where: string[]): Branch => ({
    along: 'LABELS',
    from: `winnow.labels l ${scoreOf('l.image_id')}`,
    id: 'l.image_id',
    where: [`l.collection_id = ${collection}`, 'l.superseded_at is null', ...common('l.image_id'), ...where],
  });
  const scores = (...where: string[]): Branch => ({
    along: 'SCORES',
    from: 'winnow.scores s',
    id: 's.image_id',
    where: [`s.model_id = ${model}`, ...common('s.image_id'), ...where],
  });

  if (label !== undefined || labelled === true) {
    const ofVerdict = verdict && (verdict === 'OK' ? 'POSITIVE' : 'NEGATIVE');
    const wanted = [label, ofVerdict].flatMap((value) => (value ? [`l.value = ${values.add(value, 'text')}`] : []));
    return labelled === false ? [labels('false')] : [labels(...wanted)];
  }
  if (along === 'SCORES' && verdict === undefined)
    return [scores(...(labelled === false ? [unlabelled('s.image_id')] : []))];
  if (along === 'SCORES') {
    const side = verdict === 'OK' ? `s.score >= ${t}` : `s.score < ${t}`;
    const byScore = scores(side, unlabelled('s.image_id'));
    if (labelled === false) return [byScore];
    return [byScore, labels(`l.value = ${values.add(verdict === 'OK' ? 'POSITIVE' : 'NEGATIVE', 'text')}`)];
  }
  const id = 'c.image_id';
  const where = [`c.collection_id = ${collection}`, ...common(id)];
  if (labelled === false) where.push(unlabelled(id));
  if (verdict !== undefined) {
    const found = verdictSql({ label: labelOfSql(collection, id), score: 's.score', threshold: t });
    where.push(`${found} = ${values.add(verdict, 'text')}`);
  }
  return [{ along, from: `winnow.collection_images c ${scoreOf(id)}`, id, where }];
}

/** What must hold of an image whatever it is read along. */
function conditionsOf(filter: ImageFilter, scoredOnly: boolean, values: Values): (id: string) => string[] {
  const found: ((id: string) => string)[] = [];
  if (scoredOnly) found.push(() => 's.score is not null');
  const score = rangeSql('s.score', filter.score, 'real', values);
  found.push(() => score);
  // One join for all that is asked of the image itself, so that the planner may begin with what is rare.
  const ofImage = [
    rangeSql('i.width', filter.width, 'integer', values),
    rangeSql('i.height', filter.height, 'integer', values),
    filter.formats ? `i.format = any (${values.add(filter.formats, 'text[]')})` : '',
  ].filter(Boolean);
  if (ofImage.length > 0) {
    found.push((id) => `exists (select from winnow.images i where i.id = ${id} and ${ofImage.join(' and ')})`);
  }
  if (filter.sourcePrefix !== undefined) {
    // The range is what the index knows; the last character of Unicode ends it.
    const prefix = values.add(filter.sourcePrefix, 'text');
    found.push(
      (id) => `exists (select from winnow.sources u where u.image_id = ${id} and u.replaced_at is null
        and left(u.uri, 200) collate "C" >= left(${prefix}, 200)
        and left(u.uri, 200) collate "C" < left(${prefix}, 200) || chr(1114111)
        and starts_with(u.uri, ${prefix}))`,
    );
  }
  if (filter.failed !== undefined) {
    const not = filter.failed ? '' : 'not ';
    found.push((id) => `${not}exists (select from winnow.failures f where f.image_id = ${id})`);
  }
  if (filter.near !== undefined) {
    // An array, so that the scan of the hashes is done once and what it finds is looked up.
    const near = values.add(filter.near.imageId, 'integer');
    const most = values.add(filter.near.maxDistance, 'integer');
    found.push(
      (
        id,
      ) => `${id} = any (array(select i.id from winnow.images i, (select phash from winnow.images where id = ${near}) like_this
        where bit_count((i.phash # like_this.phash)::bit(64)) <= ${most}))`,
    );
  }
  return (id) => found.map((condition) => condition(id)).filter(Boolean);
}

/** SQL of whether a value is in a range; empty when any is. */
function rangeSql(column: string, range: Range | undefined, type: string, values: Values): string {
  const bounds = [
    range?.min === undefined ? '' : `${column} >= ${values.add(range.min, type)}`,
    range?.max === undefined ? '' : `${column} <= ${values.add(range.max, type)}`,
  ];
  return bounds.filter(Boolean).join(' and ');
}
