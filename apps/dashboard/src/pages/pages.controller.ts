import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Needs } from '../access/role';
import { readPageFiles } from './page-files';

/** The one document of all pages, whose scripts look at the address. */
const DOCUMENT = 'index.html';

/** The static pages. They hold nothing that is anybody's secret: what they show they ask the API for. */
@Controller()
@Needs('nobody')
export class PagesController {
  private readonly files = readPageFiles();

  /** Each page by its address, so that it can be shared and reloaded. */
  @Get(['/', 'tasks', 'tasks/:id', 'failures', 'workers', 'delayed', 'charts', 'login'])
  page(@Req() request: Request, @Res() response: Response): void {
    this.send(DOCUMENT, request, response);
  }

  /** The pages' scripts and styles. */
  @Get('assets/*path')
  asset(@Req() request: Request, @Res() response: Response): void {
    this.send(request.path.slice('/assets/'.length), request, response);
  }

  /** Browsers ask for it whatever the document says. */
  @Get('favicon.ico')
  icon(@Req() request: Request, @Res() response: Response): void {
    this.send('icon.svg', request, response);
  }

  private send(name: string, request: Request, response: Response): void {
    const file = this.files.get(name);
    if (file === undefined) throw new NotFoundException('There is no such page.');
    response.setHeader('ETag', file.etag);
    response.setHeader('Cache-Control', 'no-cache');
    if (request.headers['if-none-match'] === file.etag) {
      response.status(304).end();
      return;
    }
    response.setHeader('Content-Type', file.type);
    response.end(file.body);
  }
}
