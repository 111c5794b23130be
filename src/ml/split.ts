import { WinnowError } from '../errors.js';
import { createRandom, type Random } from './random.js';

/** Groups with the same numbers of positives and negatives: for the share they are interchangeable. */
interface Shape {
  positives: number;
  negatives: number;
  groups: number[];
  /** How many of `groups`, from the front, go to validation. */
  taken: number;
}

const STARTS = 100;

/** Positives and negatives in validation. */
interface Count {
  positives: number;
  negatives: number;
}

/**
 * Parts labelled images into training and validation. A group never stands on both sides, both classes stand on
 * both sides, and each class meets the share as near as whole groups allow. The same input and seed give the same parts.
 * @param labels n, 1 for positive and 0 for negative.
 * @param groups n group numbers of any value.
 * @param share of each class for validation, between 0 and 1.
 * @returns indices into `labels`, ascending.
 * @throws WinnowError ONE_CLASS_ONLY when a class is missing; TOO_FEW_LABELS when a class is all in one group.
 */
export function stratifiedGroupSplit(
  labels: Uint8Array,
  groups: Int32Array,
  share: number,
  seed: number,
): { training: Int32Array; validation: Int32Array } {
  const random = createRandom(seed);
  const shapes = shapesOf(labels, groups, random);
  const total = countIf(shapes, (shape) => shape.groups.length);
  requireBothClasses(shapes, total);
  chooseNearest(shapes, total, share, random);

  const held = new Set(shapes.flatMap((shape) => shape.groups.slice(0, shape.taken)));
  const indices = Int32Array.from(labels, (_, i) => i);
  return {
    training: indices.filter((i) => !held.has(groups[i])),
    validation: indices.filter((i) => held.has(groups[i])),
  };
}

/** Shapes, and the groups of each, in seeded order. */
function shapesOf(labels: Uint8Array, groups: Int32Array, random: Random): Shape[] {
  const counts = new Map<number, Count>();
  for (let i = 0; i < labels.length; i++) {
    let count = counts.get(groups[i]);
    if (!count) counts.set(groups[i], (count = { positives: 0, negatives: 0 }));
    if (labels[i] === 1) count.positives++;
    else count.negatives++;
  }
  const shapes = new Map<string, Shape>();
  for (const [group, count] of random.shuffle([...counts])) {
    const key = `${count.positives} ${count.negatives}`;
    const shape = shapes.get(key);
    if (shape) shape.groups.push(group);
    else shapes.set(key, { ...count, groups: [group], taken: 0 });
  }
  return [...shapes.values()];
}

function requireBothClasses(shapes: Shape[], total: Count): void {
  for (const [name, other] of [['positives', 'negatives'] as const, ['negatives', 'positives'] as const]) {
    const adjective = name.slice(0, -1);
    if (total[name] === 0) {
      const all = total[other] === 0 ? 'there are no labels' : `all ${total[other]} labels are ${other.slice(0, -1)}`;
      throw new WinnowError(
        'ONE_CLASS_ONLY',
        `Training needs both positive and negative labels, but ${all}. Label some ${adjective} pictures.`,
      );
    }
    const groups = shapes.reduce((sum, shape) => sum + (shape[name] > 0 ? shape.groups.length : 0), 0);
    if (groups < 2) {
      const alike = total[name] === 1 ? '' : ', and they all look the same';
      throw new WinnowError(
        'TOO_FEW_LABELS',
        `Training needs at least 2 different ${adjective} pictures, one to learn from and one to check with, but got ${total[name]}${alike} ` +
          `(labels: ${total.positives} positive, ${total.negatives} negative). Label more ${adjective} pictures.`,
      );
    }
  }
}

/**
 * Sets `taken` of each shape. A search from one start can end in a hollow when there are few groups, so it starts
 * anew until validation is as near as whole images allow, or STARTS are used up: first at the share, then anywhere,
 * and last with both classes on both sides, which the search then keeps.
 */
function chooseNearest(shapes: Shape[], total: Count, share: number, random: Random): void {
  const nearest = (images: number): number => Math.min(Math.max(Math.round(share * images), 1), images - 1);
  const whole = { positives: nearest(total.positives), negatives: nearest(total.negatives) };
  const good = distanceFrom(whole, total, share);
  let best = Infinity;
  let chosen: number[] = [];
  for (let start = 0; start < STARTS && best > good + 1e-12; start++) {
    if (start < STARTS - 1) takeShareOfEach(shapes, start < STARTS / 4 ? share : random.next(), random);
    else takeOneOfEach(shapes);
    const distance = approach(shapes, total, share);
    if (distance < best) [best, chosen] = [distance, shapes.map(taken)];
  }
  shapes.forEach((shape, i) => (shape.taken = chosen[i]));
}

/** Moves or exchanges groups, one or two at a time, for as long as that brings validation nearer to the share. */
function approach(shapes: Shape[], total: Count, share: number): number {
  let count = countIf(shapes, taken);
  let distance = distanceFrom(count, total, share);
  for (let improved = true; improved;) {
    improved = false;
    for (const [shape, step] of steps(shapes)) {
      for (const [other, otherStep] of [[null, 0] as const, ...steps(shapes)]) {
        const next = {
          positives: count.positives + step * shape.positives + otherStep * (other?.positives ?? 0),
          negatives: count.negatives + step * shape.negatives + otherStep * (other?.negatives ?? 0),
        };
        const nextDistance = distanceFrom(next, total, share);
        if (nextDistance >= distance - 1e-12 || !canTake(shape, step, other, otherStep)) continue;
        shape.taken += step;
        if (other) other.taken += otherStep;
        [count, distance, improved] = [next, nextDistance, true];
        break;
      }
    }
  }
  return distance;
}

function steps(shapes: Shape[]): (readonly [Shape, 1 | -1])[] {
  return shapes.flatMap((shape) => [[shape, 1] as const, [shape, -1] as const]);
}

function canTake(shape: Shape, step: number, other: Shape | null, otherStep: number): boolean {
  const own = shape.taken + step + (other === shape ? otherStep : 0);
  const others = other && other !== shape ? other.taken + otherStep : 0;
  return own >= 0 && own <= shape.groups.length && others >= 0 && others <= (other?.groups.length ?? 0);
}

/** How far validation is from the share, each class counting alike. A class missing on a side outweighs all else. */
function distanceFrom(count: Count, total: Count, share: number): number {
  const positives = Math.abs(count.positives / total.positives - share);
  const negatives = Math.abs(count.negatives / total.negatives - share);
  return positives + negatives + 4 * missing(count, total);
}

function missing(count: Count, total: Count): number {
  const classes = [
    count.positives,
    count.negatives,
    total.positives - count.positives,
    total.negatives - count.negatives,
  ];
  return classes.filter((images) => images === 0).length;
}

/** The surest start: one group of each class in validation, the other groups (a second of each, at least) in training. */
function takeOneOfEach(shapes: Shape[]): void {
  for (const shape of shapes) shape.taken = 0;
  const mixed = shapes.find((shape) => shape.positives > 0 && shape.negatives > 0);
  const chosen = mixed
    ? [mixed]
    : [shapes.find((shape) => shape.positives > 0), shapes.find((shape) => shape.negatives > 0)];
  for (const shape of chosen) if (shape) shape.taken = 1;
}

/** The share of every shape, so that large groups are as often in validation as small ones; fractions by lot. */
function takeShareOfEach(shapes: Shape[], share: number, random: Random): void {
  for (const shape of shapes) shape.taken = Math.floor(shape.groups.length * share + random.next());
}

function taken(shape: Shape): number {
  return shape.taken;
}

function countIf(shapes: Shape[], groups: (shape: Shape) => number): Count {
  const count: Count = { positives: 0, negatives: 0 };
  for (const shape of shapes) {
    count.positives += shape.positives * groups(shape);
    count.negatives += shape.negatives * groups(shape);
  }
  return count;
}
