import type { ComplexityEstimatorArgs } from 'graphql-query-complexity/cjs';
import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import type { ClassType } from 'type-graphql';
import { LessThan, MoreThan } from 'typeorm';
import type { DataSource, EntityTarget, FindOptionsWhere } from 'typeorm';

import { decodeCursor, encodeCursor } from './cursors.js';
import { badInput } from './input.js';

export const DEFAULT_PAGE = 100;
export const LARGEST_PAGE = 500;

@ArgsType()
export class PageArguments {
  @Field(() => Int, {
    nullable: true,
    description: `How many, from the front: 1 to ${LARGEST_PAGE}. Default: ${DEFAULT_PAGE}, unless last is given.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor. Not with last.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many, from the end, in the same order: 1 to ${LARGEST_PAGE}. Not with first.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor. Needs last.' })
  before?: string | null;
}

@ObjectType({ description: 'Where a page stands in its list, and how to ask for the next one.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, {
    description: 'Paging forward: whether more follow. Paging backward: whether `before` was given.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Paging backward: whether more precede. Paging forward: whether `after` was given.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first edge, to give as `before`; null on an empty page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last edge, to give as `after`; null on an empty page.',
  })
  endCursor!: string | null;
}

/** A page as asked for: `size` rows from a place on, in one direction. */
export interface Page {
  readonly backward: boolean;
  readonly size: number;
  /** The keyset to start from, itself not included. */
  readonly from: readonly number[] | null;
}

/**
 * Reads the paging arguments.
 * @param kind the order that cursors must come from
 * @param keys how many numbers its keyset has
 * @throws WinnowError BAD_INPUT
 */
export function parsePage(page: PageArguments, kind: string, keys: number): Page {
  const { first, after, last, before } = page;
  if (first != null && last != null) throw badInput('last', 'left out where first is given', 'given');
  if (after != null && last != null) throw badInput('after', 'left out where last is given', 'given');
  if (before != null && last == null) throw badInput('before', 'given together with last', 'alone');
  const backward = last != null;
  const size = last ?? first ?? DEFAULT_PAGE;
  if (size < 1 || size > LARGEST_PAGE)
    throw badInput(backward ? 'last' : 'first', `from 1 to ${LARGEST_PAGE}`, `${size}`);
  const cursor = after ?? before;
  const from = cursor == null ? null : decodeCursor(kind, cursor, keys, after == null ? 'before' : 'after');
  return { backward, size, from };
}

/** Points for the cost limit: one for the connection, and each node as often as the page may hold one. */
export function pageCost({ args, childComplexity }: ComplexityEstimatorArgs): number {
  return listCost({ args: { first: (args as PageArguments).last ?? (args as PageArguments).first }, childComplexity });
}

/** The same for a plain list with an argument `first`. A size that will be refused anyway must not make the cost small. */
export function listCost({ args, childComplexity }: Pick<ComplexityEstimatorArgs, 'args' | 'childComplexity'>): number {
  const first = (args as PageArguments).first ?? DEFAULT_PAGE;
  return 1 + Math.max(1, Math.min(first, LARGEST_PAGE)) * childComplexity;
}

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}
export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
}
/** A page that can tell, when asked, how many there are on all pages together. */
export interface CountedConnection<Node> extends Connection<Node> {
  readonly count: () => Promise<number>;
}

export const EDGES = { description: 'The nodes of this page, in order, each with its cursor.' };
export const PAGE_INFO = { description: 'Where this page stands in the list.', complexity: 0 };
export const TOTAL_COUNT = {
  nullable: true,
  description:
    'How many nodes all pages have together. Null when counting failed, with an error that says why: the page itself is given all the same.',
};

/** Declares the edge type of a node type, by the Relay specification. */
export function edgeType<Node extends object>(name: string, node: () => ClassType<Node>): ClassType<Edge<Node>> {
  @ObjectType(`${name}Edge`, {
    description: `A node of type ${name} and its place in the list.`,
    simpleResolvers: true,
  })
  class NodeEdge implements Edge<Node> {
    @Field(() => node(), { description: 'The node.' })
    node!: Node;

    @Field(() => String, { description: 'Its place, to be given as `after` or `before`. Opaque.', complexity: 0 })
    cursor!: string;
  }
  return NodeEdge;
}

/** Declares the connection type of a node type, by the Relay specification. */
export function connectionType<Node extends object>(
  name: string,
  node: () => ClassType<Node>,
): ClassType<CountedConnection<Node>> {
  const NodeEdge = edgeType(name, node);

  @ObjectType(`${name}Connection`, { description: `A page of nodes of type ${name}.` })
  class NodeConnection implements CountedConnection<Node> {
    @Field(() => [NodeEdge], { ...EDGES, simple: true })
    edges!: Edge<Node>[];

    @Field(() => PageInfo, { ...PAGE_INFO, simple: true })
    pageInfo!: PageInfo;

    count!: () => Promise<number>;

    @Field(() => Int, TOTAL_COUNT)
    async totalCount(): Promise<number> {
      return this.count();
    }
  }
  return NodeConnection;
}

/**
 * A connection out of rows fetched with one more than the page's size, in the order they are shown.
 * @param found at most size + 1 rows; the one too many is the last going forward, the first going backward
 */
export function connectionOf<Row, Node>(
  page: Page,
  found: readonly Row[],
  edge: (row: Row) => Edge<Node>,
): Connection<Node> {
  const more = found.length > page.size;
  const shown = !more ? found : page.backward ? found.slice(-page.size) : found.slice(0, page.size);
  const edges = shown.map(edge);
  return {
    edges,
    pageInfo: {
      hasNextPage: page.backward ? page.from !== null : more,
      hasPreviousPage: page.backward ? more : page.from !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges[edges.length - 1]?.cursor ?? null,
    },
  };
}

/** A connection over a table in the order of its ids: oldest first, or newest first. */
export async function connectionById<Row extends { id: number }, Node>(
  dataSource: DataSource,
  table: { entity: EntityTarget<Row>; where: FindOptionsWhere<Row>; kind: string; newestFirst: boolean },
  args: PageArguments,
  node: (row: Row) => Node,
): Promise<CountedConnection<Node>> {
  const { entity, where, kind, newestFirst } = table;
  const page = parsePage(args, kind, 1);
  const descending = newestFirst !== page.backward;
  const beyond = page.from === null ? {} : { id: (descending ? LessThan : MoreThan)(page.from[0]) };
  const repository = dataSource.getRepository(entity);
  const found = await repository.find({
    where: { ...where, ...beyond },
    order: { id: descending ? 'DESC' : 'ASC' } as never,
    take: page.size + 1,
  });
  if (page.backward) found.reverse();
  const shown = connectionOf(page, found, (row) => ({ node: node(row), cursor: encodeCursor(kind, [row.id]) }));
  return { ...shown, count: () => repository.countBy(where) };
}
