import { isMainThread } from 'node:worker_threads';
import { Handles } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { primesCount } from './primes';

@Controller()
class PrimesController {
  /** Never looks at its signal, as a library for sums would not. */
  @Handles(primesCount)
  count(@Payload() { below }: { below: number }): string {
    let primes = 0;
    for (let candidate = 2; candidate < below; candidate++) if (isPrime(candidate)) primes += 1;
    return `${primes} primes, counted in ${isMainThread ? 'the process' : 'a thread'}`;
  }
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor < candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

/** What runs in the thread. */
@Module({ controllers: [PrimesController] })
export class PrimesThreadModule {}
