import { byteString } from '../memory/bytes';
import { releaseReturned } from './realloc';

// @ts-ignore: decorator
@external('wasi:cli/environment@0.2.0', 'get-arguments')
declare function getArguments(result: usize): void;

// @ts-ignore: decorator
@external('wasi:cli/environment@0.2.0', 'get-environment')
declare function getEnvironment(result: usize): void;

const result: usize = memory.data(8, 8);

/** Arguments of the command, the program's name first. */
export function hostArguments(): string[] {
  getArguments(result);
  const list = load<usize>(result);
  const count = load<i32>(result, 4);
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    strings.push(byteString(load<usize>(list + (i << 3)), load<i32>(list + (i << 3), 4)));
  }
  releaseReturned();
  return strings;
}

/** Variables the host grants, as NAME=VALUE. */
export function hostEnvironment(): string[] {
  getEnvironment(result);
  const list = load<usize>(result);
  const count = load<i32>(result, 4);
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    const entry = list + (i << 4);
    const name = byteString(load<usize>(entry), load<i32>(entry, 4));
    strings.push(name + '=' + byteString(load<usize>(entry, 8), load<i32>(entry, 12)));
  }
  releaseReturned();
  return strings;
}
