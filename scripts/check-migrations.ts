import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { readConfig } from '../src/config.js';
import { startEmbedded } from '../src/db-embedded.js';
import { createDataSource, migrate } from '../src/db.js';
import { migrationDifferences } from './migration-differences.js';

/*
 * node --import tsx scripts/check-migrations.ts
 *
 * Applies all migrations to a fresh database, on the server of DATABASE_URL or an embedded one, and fails when the tables
 * are not what the entities say.
 */

process.exitCode = await main();

async function main(): Promise<number> {
  const { databaseUrl } = readConfig();
  if (databaseUrl !== null) return checkOn(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), 'winnow-check-'));
  const server = await startEmbedded(directory);
  try {
    return await checkOn(server.url);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkOn(server: string): Promise<number> {
  const name = `winnow_check_${process.pid}`;
  const admin = new Client({ connectionString: server, application_name: 'winnow check' });
  await admin.connect();
  try {
    await admin.query(`create database ${name} template template0 encoding 'UTF8'`);
    return await check(Object.assign(new URL(server), { pathname: `/${name}` }).href);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

async function check(url: string): Promise<number> {
  const dataSource = await createDataSource({ url, applicationName: 'winnow check' });
  try {
    await migrate(dataSource);
    const differences = await migrationDifferences(dataSource);
    for (const difference of differences) console.error(difference);
    if (differences.length > 0) return 1;
    console.log(`${dataSource.entityMetadatas.length} entities agree with the migrated tables.`);
    return 0;
  } finally {
    await dataSource.destroy();
  }
}
