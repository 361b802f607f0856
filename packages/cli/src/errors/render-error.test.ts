import { readFileSync } from 'node:fs';
import { BoxerError } from '@boxer/foundation';
import { renderError } from './render-error.ts';

class StepError extends BoxerError {
  readonly code = 'TEST_STEP';
  override readonly hint = 'Do better.';
  readonly place = {
    file: 'Dockerfile',
    range: { start: { line: 3, column: 1 }, end: { line: 4, column: 6 } },
  };
}

describe('renderError', () => {
  it('shows message, the lines at fault, code and hint', () => {
    const source = { name: 'Dockerfile', text: 'FROM scratch\n\nRUN a \\\n  b\nCMD c\n\n# end\n' };
    expect(renderError(new StepError('Cannot run it'), source)).toBe(
      [
        'error: Cannot run it',
        'Dockerfile:3',
        '--------------------',
        ' 1 |     FROM scratch',
        ' 2 |',
        ' 3 | >>> RUN a \\',
        ' 4 | >>>   b',
        ' 5 |     CMD c',
        ' 6 |',
        '--------------------',
        'code: TEST_STEP',
        'hint: Do better.',
        '',
      ].join('\n'),
    );
  });

  it('says that an unexpected error is a bug, and shows its stack only on demand', () => {
    const error = new TypeError('x is undefined', { cause: new Error('deeper') });
    expect(renderError(error)).toMatch(/^error: x is undefined\ncode: INTERNAL\nhint: This is a bug/);
    expect(renderError(error)).not.toContain('render-error.test');
    expect(renderError(error, undefined, true)).toMatch(/TypeError: x is undefined\n.*Error: deeper\n/s);
  });

  it('does not take what this machine refuses for a bug', () => {
    try {
      readFileSync('/no/such/file');
    } catch (error) {
      expect(renderError(error)).toMatch(
        /^error: ENOENT: .*'\/no\/such\/file'\ncode: HOST_ENOENT\nhint: Check the path/,
      );
    }
    expect.assertions(1);
  });

  it('survives a place outside the text', () => {
    expect(renderError(new StepError('m'), { name: 'D', text: 'FROM x' })).toContain('D:3');
  });

  it('keeps what others have written from commanding the terminal', () => {
    const source = { name: 'Dockerfile', text: 'FROM \u001b]0;title\u0007scratch\0\n' };
    const shown = renderError(new Error('unknown instruction: \u001b[2JFR\0OM'), source);
    expect(shown).toMatch(/^error: unknown instruction: FROM\n/);
  });
});
