import { TestKernel } from './test-kernel.ts';

describe('files of an empty box', () => {
  it('writes and reads a file', async () => {
    const kernel = await TestKernel.boot();
    kernel.writeFile('/a', 'hello');
    expect(kernel.readFile('/a').toString()).toBe('hello');
  }, 60_000);
});
