import { Logger, type LogLevel } from 'graphile-worker';
import { Client, type ClientConfig } from 'pg';
import type { DataSource } from 'typeorm';

import type { Log } from '../log.js';
import { PatientPool } from './patient-pool.js';

/** The schema in which the queue keeps its jobs, whatever the environment says. */
export const QUEUE_SCHEMA = 'graphile_worker';

/** Of our own log lines, so that two names for one process do not arise; the queue itself only warns and fails. */
export function queueLogger(log: Log | undefined): Logger {
  return new Logger(() => (level: `${LogLevel}`, message) => {
    if (level === 'error' || level === 'warning') log?.(`queue: ${message}`);
  });
}

/**
 * Connections of the queue's own: work that holds all of the data source's never keeps a job from being taken or
 * finished.
 */
export function queuePool(dataSource: DataSource, max: number): PatientPool {
  return new PatientPool({ ...queueConnection(dataSource), max });
}

/** One connection, not yet open, outside any pool. */
export function queueClient(dataSource: DataSource): Client {
  const client = new Client({ ...queueConnection(dataSource), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  return client;
}

function queueConnection(dataSource: DataSource): ClientConfig {
  const options = dataSource.options;
  if (options.type !== 'postgres') throw new Error(`The queue needs Postgres, but the data source is ${options.type}`);
  return {
    connectionString: options.url,
    application_name: `${options.applicationName ?? 'winnow'} queue`,
    keepAlive: true,
  };
}
