import { Handles, TaskContext } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { imageResize } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ImageResizer } from './image-resizer';

/** The handler of `image.resize`. Returning acks the task; an error has it tried again, or put aside with its reason. */
@Controller()
export class ImagesController {
  constructor(private readonly images: ImageResizer) {}

  @Handles(imageResize)
  async resize(@Payload() task: PayloadOf<typeof imageResize>, @Ctx() context: TaskContext): Promise<void> {
    await this.images.resize(task, context.signal);
  }
}
