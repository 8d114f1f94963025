import { Module } from '@nestjs/common';
import { workerConfiguration } from '../worker.configuration';
import type { WorkerConfiguration } from '../worker.configuration';
import { ImageResizer } from './image-resizer';
import { ImagesController } from './images.controller';

/** Resizing images, in the folders that the configuration names. */
@Module({
  controllers: [ImagesController],
  providers: [
    {
      provide: ImageResizer,
      inject: [workerConfiguration.KEY],
      useFactory: ({ imageSourceFolder, imageOutputFolder }: WorkerConfiguration) =>
        new ImageResizer({ source: imageSourceFolder, output: imageOutputFolder }),
    },
  ],
})
export class ImagesModule {}
