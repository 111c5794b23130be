import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A live worker, by the database session that vouches for it. */
@Entity({ name: 'worker_pools' })
export class WorkerPool {
  @PrimaryColumn({ name: 'pool_id', type: 'text' })
  poolId!: string;

  @Column({ name: 'backend_pid', type: 'integer' })
  backendPid!: number;

  @Column({ name: 'backend_start', type: 'timestamptz' })
  backendStart!: Date;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
