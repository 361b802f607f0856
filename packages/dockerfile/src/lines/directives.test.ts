import { DirectiveReader, findDirective, parseEscapeToken } from './directives.ts';

// Expected values: docs.docker.com/reference/dockerfile, "Parser directives", and BuildKit's texts.
describe('DirectiveReader', () => {
  it.each([
    ['# syntax=docker/dockerfile:1', { name: 'syntax', value: 'docker/dockerfile:1' }],
    ['#escape=`', { name: 'escape', value: '`' }],
    ['#  EsCaPe \t = `  ', { name: 'escape', value: '`' }],
    ['# check=skip=A,B;error=true', { name: 'check', value: 'skip=A,B;error=true' }],
    ['# unknown=x', undefined],
    ['# escape=', undefined],
    ['# a comment', undefined],
    ['', undefined],
    ['FROM a', undefined],
  ])('%j', (line, directive) => {
    expect(new DirectiveReader().read(line)).toEqual(directive);
  });

  it('ends at the first line that is none', () => {
    const reader = new DirectiveReader();
    expect(reader.read('# syntax=a')).toBeDefined();
    expect(reader.read('# a comment')).toBeUndefined();
    expect(reader.read('# escape=`')).toBeUndefined();
    expect(reader.done).toBe(true);
  });

  it('refuses a repeated directive', () => {
    const reader = new DirectiveReader();
    reader.read('# escape=`');
    expect(() => reader.read('# Escape=\\')).toThrow('only one escape parser directive can be used');
  });
});

describe('findDirective', () => {
  it.each([
    ['# syntax=a\n# check=skip=all\nFROM a', 'skip=all'],
    ['#!/usr/bin/env docker\n# check=skip=all\r\nFROM a', 'skip=all'],
    ['\ufeff# check=skip=all', 'skip=all'],
    ['\n# check=skip=all', undefined],
    ['  # check=skip=all', undefined],
    ['FROM a\n# check=skip=all', undefined],
  ])('%j', (text, value) => {
    expect(findDirective('check', text)).toBe(value);
  });
});

describe('parseEscapeToken', () => {
  it('refuses anything but backslash and backtick', () => {
    expect(() => parseEscapeToken('^')).toThrow("invalid escape token '^' does not match ` or \\");
  });
});
