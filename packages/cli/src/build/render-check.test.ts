import { renderCheck } from './render-check.ts';

describe('renderCheck', () => {
  const source = { name: 'Dockerfile', text: 'FROM scratch\nCMD echo\n' };
  const warning = {
    rule: 'JSONArgsRecommended',
    message: 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
    description: 'JSON arguments recommended for ENTRYPOINT/CMD',
    url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
    range: { start: { line: 2, column: 1 }, end: { line: 2, column: 9 } },
  };

  // Oracle: docs.docker.com, "Checking your build configuration".
  it('says what docker build --check says', () => {
    expect(renderCheck([], source)).toBe('Check complete, no warnings found.\n');
    const text = renderCheck([warning], source);
    expect(text).toMatch(
      /^Check complete, 1 warning has been found!\n\nWARNING: JSONArgsRecommended - https:/,
    );
    expect(text).toContain('\nDockerfile:2\n--------------------\n');
    expect(text).toMatch(/\| >>> CMD echo\n-{20}\n$/);
    expect(renderCheck([warning, warning], undefined)).toMatch(
      /^Check complete, 2 warnings have been found!\n/,
    );
  });
});
