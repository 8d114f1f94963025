import { Body, Controller, Get, HttpCode, HttpException, Logger, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { addressOf, COOKIE, cookieOf } from './dashboard-request';
import { Gate } from './gate';
import { LoginAttempts } from './login-attempts';
import { matchesHash } from './password-hash';
import { Needs } from './role';
import type { Role } from './role';
import { UserList } from './user-list';

/** What the pages are told of whoever looks at them. */
interface SessionAnswer {
  readonly isLoginRequired: boolean;
  readonly name?: string;
  readonly role?: Role;
}

const credentials = z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(1_000) });

const TOO_MANY = 429;

/** Logging in and out. */
@Controller('api')
export class SessionController {
  private readonly logger = new Logger('Dashboard');
  private readonly attempts = new LoginAttempts();

  constructor(
    private readonly gate: Gate,
    private readonly users: UserList,
  ) {}

  /** Who is asking. */
  @Get('session')
  @Needs('nobody')
  session(@Req() request: Request): SessionAnswer {
    const session = this.gate.sessionOf(request);
    return { isLoginRequired: !this.gate.isOpen, ...session?.viewer };
  }

  /** Begins a session; 401 whatever was wrong, after the same time; 429 when too many tries from there wait for theirs. */
  @Post('login')
  @Needs('nobody')
  @HttpCode(200)
  async login(
    @Body() body: unknown,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionAnswer> {
    const { name, password } = credentialsIn(body);
    const address = addressOf(request);
    const user = this.users.named(name);
    const isRight = await this.attempts.attempt(address, name, () => matchesHash(password, user.hash));
    if (typeof isRight === 'number') throw this.tooMany(response, isRight);
    if (!isRight || !user.isKnown) {
      this.logger.warn(`A login from ${address} failed.`);
      throw new HttpException('The name or the password is wrong.', 401);
    }
    this.setCookie(response, this.gate.sessions.begin(user, Date.now()), this.gate.sessions.lifetime);
    this.logger.log(`${user.name} has logged in.`);
    return { isLoginRequired: true, name: user.name, role: user.role };
  }

  /** Ends the session. */
  @Post('logout')
  @Needs('nobody')
  @HttpCode(204)
  logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): void {
    this.gate.sessions.end(cookieOf(request) ?? '', Date.now());
    this.setCookie(response, '', 0);
  }

  private setCookie(response: Response, value: string, maxAge: number): void {
    response.cookie(COOKIE, value, {
      httpOnly: true,
      sameSite: 'strict',
      secure: this.gate.isSecure,
      path: '/',
      maxAge,
    });
  }

  private tooMany(response: Response, seconds: number): HttpException {
    response.setHeader('Retry-After', seconds);
    return new HttpException(`Too many try to log in; try again in ${seconds} s.`, TOO_MANY);
  }
}

function credentialsIn(body: unknown): z.output<typeof credentials> {
  const result = credentials.safeParse(body);
  if (!result.success) throw new HttpException('A login has a name and a password.', 400);
  return result.data;
}
