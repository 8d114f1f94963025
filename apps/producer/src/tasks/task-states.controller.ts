import { TaskHistory } from '@app/queue';
import type { TaskRecord } from '@app/queue';
import { Controller, Get, Param, Res } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import { TaskNotKnownError } from '../problems/request-errors';
import { TaskFollowers } from './task-followers';

/** Milliseconds that a request waits for what was recorded to be read; the first one after a start may. */
const REPLAY_MS = 10_000;

/** Milliseconds that a task which was added just now may take to be heard of. */
const UNDER_WAY_MS = 500;

/** Tells what became of tasks. The first request opens the history: a producer that is never asked pays nothing for it. */
@Controller('tasks')
export class TaskStatesController implements BeforeApplicationShutdown {
  private readonly followers: TaskFollowers;

  constructor(private readonly history: TaskHistory) {
    this.followers = new TaskFollowers(history);
  }

  /** One task: its state, its attempts with their errors, its progress and its result. */
  @Get(':id')
  async state(@Param('id') id: string): Promise<TaskRecord> {
    await this.history.upToDate(REPLAY_MS);
    const task = await this.history.find(id, UNDER_WAY_MS);
    if (task === undefined) throw new TaskNotKnownError(id);
    return task;
  }

  /** The same as server-sent events: once now, and again whenever something happens to it, until it has ended. */
  @Get(':id/events')
  async events(@Param('id') id: string, @Res() response: Response): Promise<void> {
    this.followers.assertRoom();
    await this.state(id);
    this.followers.add(id, response);
  }

  /** A stream of events would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.followers.close();
  }
}
