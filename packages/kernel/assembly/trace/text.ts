/** `0x` and hexadecimal digits. */
export function hex(value: u64): string {
  return '0x' + value.toString(16);
}

export function octal(value: u64): string {
  return '0' + value.toString(8);
}

/** A byte string in quotes, as C would write it. */
export function quoted(bytes: string, isCut: bool): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    if (byte == 10) text += '\\n';
    else if (byte == 9) text += '\\t';
    else if (byte == 13) text += '\\r';
    else if (byte == 34) text += '\\"';
    else if (byte == 92) text += '\\\\';
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += '\\' + byte.toString(8);
  }
  return isCut ? text + '"...' : text + '"';
}
