import { NotConnectedError } from '@app/queue';
import { QueueTestingModule, RecordingTaskQueue } from '@app/queue/testing';
import { allTasks, imageResize, notificationEmail } from '@app/tasks';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { TaskNotAddedError } from '../problems/request-errors';
import { TasksController } from './tasks.controller';

/** What a request adds, without HTTP and without a broker. */
describe('adding tasks on request', () => {
  let module: TestingModule;
  let controller: TasksController;
  let queue: RecordingTaskQueue;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [QueueTestingModule.forRoot({ tasks: allTasks })],
      controllers: [TasksController],
    }).compile();
    controller = module.get(TasksController);
    queue = module.get(RecordingTaskQueue);
  });

  beforeEach(() => queue.clear());

  afterAll(() => module.close());

  it('adds the task with its options', async () => {
    const payload = { source: 'sunset.jpg', width: 320, output: 'small.webp' };
    const added = await controller.add({ name: 'image.resize', payload, options: { id: 'r-1', delay: 5_000 } });
    expect(added).toEqual({ id: 'r-1', queue: 'images' });
    queue.expectAdded(imageResize, { width: 320 }, { id: 'r-1', delay: 5_000 });
    queue.expectNotAdded(notificationEmail);
  });

  it('says with the id that a task was not added', async () => {
    queue.failWith(() => new NotConnectedError('no route'));
    const request = { name: 'tutorial', payload: 'First message.', options: { id: 't-1' } };
    await expect(controller.add(request)).rejects.toThrow(TaskNotAddedError);
    expect(queue.added()).toEqual([]);
  });
});
