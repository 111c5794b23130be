import assert from 'node:assert/strict';
import { test } from 'node:test';

import { getOperationAST, parse } from 'graphql';

import { checkCost } from '../../src/schema/limits.js';
import { buildWinnowSchema } from '../../src/schema/schema.js';

test('the cost of a document that is asked again follows its variables', async () => {
  const schema = await buildWinnowSchema();
  const document = parse(`query ($model: ID!, $n: Int = 500, $deep: Boolean = false) {
    images(model: $model, first: $n) { edges { node {
      uri failures(first: 50) @include(if: $deep) { code } sources(first: 50) { uri }
    } } }
  }`);
  const operation = getOperationAST(document)!;
  const check = (variables: object) => checkCost(schema, document, operation, { model: 'x', ...variables });
  const tooLarge = { extensions: { code: 'QUERY_TOO_LARGE', http: { status: 400 } } };

  for (let again = 0; again < 2; again += 1) {
    check({ n: 100 });
    check({ n: null }); // a page of the usual size
    assert.throws(() => check({}), tooLarge); // one left out has its default of 500
    assert.throws(() => check({ n: 400 }), tooLarge);
    check({ n: 300 });
    assert.throws(() => check({ n: 300, deep: true }), tooLarge);
    check({ n: 300, deep: false, model: 'y' });
  }
  for (let n = 1; n <= 500; n += 1) {
    if (n <= 300) check({ n });
    else if (n >= 400) assert.throws(() => check({ n }), tooLarge);
  }
});
