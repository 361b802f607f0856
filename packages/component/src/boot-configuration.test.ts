import { bootEntries, bootFromImageConfig, encodeBootConfiguration } from './index.ts';

// Oracle: OCI image-spec v1.1.0, config.md ("Properties"), for the names; Dockerfile reference (STOPSIGNAL).
describe('bootFromImageConfig', () => {
  it('takes what says how to start', () => {
    const config = {
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: ['echo $A'],
      Env: ['PATH=/bin', 'A=b'],
      WorkingDir: '/srv',
      User: 'www:www',
      StopSignal: 'SIGINT',
    };
    expect(bootFromImageConfig(config)).toEqual({
      entrypoint: ['/bin/sh', '-c'],
      cmd: ['echo $A'],
      env: ['PATH=/bin', 'A=b'],
      cwd: '/srv',
      user: 'www:www',
      stopsignal: '2',
    });
  });

  it('leaves out what an image does not say', () => {
    expect(bootFromImageConfig({ Entrypoint: null, Cmd: null, WorkingDir: '', User: '' })).toEqual({});
  });

  it.each([
    ['9', '9'],
    ['TERM', '15'],
    ['SIGQUIT', '3'],
    ['SIGNONE', undefined],
  ])('reads the stop signal %s', (StopSignal, stopsignal) => {
    expect(bootFromImageConfig({ StopSignal }).stopsignal).toBe(stopsignal);
  });
});

describe('the encoding', () => {
  it('repeats keys for lists, in the order of the table, whatever the order of the object', () => {
    const boot = { user: '0', env: ['A=1', 'B=2'], entrypoint: ['/x'], cmd: [] };
    expect(Buffer.from(encodeBootConfiguration(boot)).toString()).toBe(
      'entrypoint=/x\0env=A=1\0env=B=2\0user=0\0',
    );
    expect(bootEntries(boot)).toHaveLength(4);
  });

  it('refuses NUL bytes, which end a value', () => {
    expect(() => encodeBootConfiguration({ env: ['A=\0cmd=evil'] })).toThrow(RangeError);
  });
});
