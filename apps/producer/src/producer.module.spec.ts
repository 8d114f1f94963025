import { TaskQueue } from '@app/queue';
import { RecordingTaskQueue } from '@app/queue/testing';
import { allTasks } from '@app/tasks';
import { ProducerModule } from './producer.module';

describe('the producer', () => {
  it('looks at its start whether it can write every task that it takes', () => {
    const queue: TaskQueue = new RecordingTaskQueue();
    const looked = jest.spyOn(queue, 'assertWritable');
    new ProducerModule(queue).onModuleInit();
    expect(looked).toHaveBeenCalledWith(allTasks);
  });
});
