import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { isEnumType, isInputObjectType, isIntrospectionType, isObjectType, isSpecifiedScalarType } from 'graphql';

import { buildWinnowSchema } from '../../src/schema/schema.js';

test('every type, field, argument, enum value and input is described', async () => {
  const missing: string[] = [];
  const check = (name: string, described: { description?: string | null }) => {
    if (!/^[A-Z0-9].*[.)]$/s.test(described.description ?? '')) missing.push(name);
  };
  for (const type of Object.values((await buildWinnowSchema()).getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name})`, argument);
    }
  }
  assert.deepEqual(missing, []);
});

test('schema.graphql is what the code says', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // Without a database: nothing of its environment is passed on.
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/schema.ts', '--check'], {
    cwd: root,
    env: {},
  });
});
