// SPDX-License-Identifier: Apache-2.0
// Follows a trial live; asks again where the connection broke, for the run goes on without it.
import { get, post } from './api';
import { server } from './server.svelte';
import type { Job } from './types';

const ENDED = ['finished', 'cancelled', 'failed'];

export class Following {
  job = $state<Job | null>(null);
  messages = $state(0);
  private stream: EventSource | null = null;
  private timer = 0;

  constructor(private readonly ended: (job: Job) => void) {}

  follow(id: string): void {
    this.stop();
    const stream = new EventSource(`/api/trials/${encodeURIComponent(id)}/events`);
    this.stream = stream;
    stream.onmessage = (event) => {
      this.messages += 1;
      this.take(JSON.parse(event.data) as Job);
    };
    stream.onerror = () => {
      stream.close();
      if (this.stream !== stream) return;
      this.timer = window.setTimeout(() => this.again(id), 1000);
    };
  }

  private async again(id: string): Promise<void> {
    try {
      const job = await get<Job>(`trials/${encodeURIComponent(id)}`);
      this.take(job);
      if (!ENDED.includes(job.state)) this.follow(id);
    } catch {
      server.lost();
      this.timer = window.setTimeout(() => this.again(id), 2000);
    }
  }

  private take(job: Job): void {
    this.job = job;
    if (ENDED.includes(job.state)) {
      this.stop();
      this.job = null;
      this.ended(job);
    }
  }

  async cancel(): Promise<void> {
    if (this.job) this.job = await post<Job>(`trials/${encodeURIComponent(this.job.id)}/cancel`);
  }

  stop(): void {
    this.stream?.close();
    this.stream = null;
    clearTimeout(this.timer);
  }
}
