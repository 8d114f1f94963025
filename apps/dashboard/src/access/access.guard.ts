import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { DashboardRequest } from './dashboard-request';
import { Gate } from './gate';
import { includesRole, NEEDED_ROLE } from './role';
import type { Role } from './role';
import { foreignRequestProblem } from './same-origin';

/** Stands before every route: the request is one of our own pages, and whoever asks may do what the route does. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly gate: Gate,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<DashboardRequest>();
    const targets = [context.getHandler(), context.getClass()];
    const said = this.reflector.getAllAndOverride<Role | 'nobody' | undefined>(NEEDED_ROLE, targets);
    const needed = said ?? (this.isScrape(request) ? 'nobody' : 'read-only');
    const problem = foreignRequestProblem(request, this.gate);
    if (problem !== undefined) throw new ForbiddenException(problem);
    if (needed === 'nobody') return true;
    const session = this.gate.sessionOf(request);
    if (session === undefined) throw new UnauthorizedException('Log in first.');
    const { name, role } = session.viewer;
    if (!includesRole(role, needed)) {
      throw new ForbiddenException(`This takes the role ${needed}; ${name} has ${role}.`);
    }
    request.session = session;
    request.isLoggedIn = () => this.gate.sessionOf(request) !== undefined;
    return true;
  }

  private isScrape({ path, headers }: DashboardRequest): boolean {
    return path === '/metrics' && this.gate.mayScrape(headers);
  }
}
