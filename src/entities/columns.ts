import type { ValueTransformer } from 'typeorm';

/** `bytea` in the table, lower-case hex in the program. */
export const hex: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'string' ? Buffer.from(value, 'hex') : value),
  from: (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : value),
};

/** `bigint` in the table, a number in the program: for sizes and row ids, far below 2^53. */
export const safeInteger: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'string' ? Number(value) : value),
};

/** `bigint` in the table, a bigint in the program: for all 64 bits of a hash. */
export const int64: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  from: (value: unknown) => (typeof value === 'string' ? BigInt(value) : value),
};
