import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { render } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';

abstract class Clock {
  abstract now(): number;
}

@Injectable()
class Greeter {
  constructor(private readonly clock: Clock) {}

  greet(): string {
    return `It is ${this.clock.now()}`;
  }
}

@Injectable()
class Host {
  constructor(private readonly greeter: Greeter) {}

  page() {
    return <p class="greeting">{this.greeter.greet()}</p>;
  }
}

describe('a test', () => {
  it('gets constructor parameters by their type, and renders components', async () => {
    const clock: Clock = { now: () => 4 };
    const module = await Test.createTestingModule({
      providers: [Host, Greeter, { provide: Clock, useValue: clock }],
    }).compile();
    expect(render(module.get(Host).page())).toBe('<p class="greeting">It is 4</p>');
    await module.close();
  });
});
