// SPDX-License-Identifier: Apache-2.0
// What is shipped, asked for once.
import { get } from './api';
import type { Blocks, Start } from './types';

class Shipped {
  start = $state<Start | null>(null);
  private blocks = new Map<string, Promise<Blocks>>();

  async load(): Promise<Start> {
    this.start ??= await get<Start>('start');
    return this.start;
  }

  protocol(name: string): Promise<Blocks> {
    let found = this.blocks.get(name);
    if (!found) {
      found = get<Blocks>(`protocols/${encodeURIComponent(name)}`);
      found.catch(() => this.blocks.delete(name));
      this.blocks.set(name, found);
    }
    return found;
  }

  titleOf(name: string): string {
    return this.start?.protocols.find((one) => one.name === name)?.title ?? name;
  }

  cohortOf(name: string): string {
    return this.start?.cohorts.find((one) => one.name === name)?.title ?? name;
  }
}

export const shipped = new Shipped();
