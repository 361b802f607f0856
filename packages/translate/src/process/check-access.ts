import { addressWindows, engineCells, PAGE_SHIFT, PERMISSIONS_AT } from '@boxer/abi';
import type { FunctionAssembler, Local } from '@boxer/wasm';
import { pushUntagged } from '../interpreter/untagged.ts';

/**
 * Writes the function (address i64, bytes, permission bit) → the guest address below 4 GiB to access, or 0 with the fault
 * cells set when the access is not permitted: for accesses that the handler's own check does not pass, because they are
 * unaligned, cross a page, carry a tag, lie above 4 GiB, or are not permitted.
 */
export function emitCheckAccess(f: FunctionAssembler): void {
  const [address, bytes, bit] = [0, 1, 2];
  const low = f.local('i32');
  const fail = (pushFaultAddress: () => void) => {
    f.i32(0);
    pushFaultAddress();
    f.memory('i64.store', engineCells.faultAddress);
    f.i32(0).get(bit).memory('i32.store', engineCells.faultAccess).i32(0).op('return');
  };
  const permitted = (pushAddress: () => void) => {
    pushAddress();
    f.i32(PAGE_SHIFT).op('i32.shr_u').memory('i32.load8_u', PERMISSIONS_AT).get(bit).op('i32.and');
  };
  pushUntagged(f, address);
  f.tee(address).op('i32.wrap_i64').set(low);
  f.get(address)
    .i64(1n << 32n)
    .op('i64.ge_u')
    .if();
  emitWindowSearch(f, address, low, () => fail(() => f.get(address)));
  f.end();
  permitted(() => f.get(low));
  f.op('i32.eqz').if();
  fail(() => f.get(address));
  f.end();
  permitted(() => f.get(low).get(bytes).op('i32.add').i32(1).op('i32.sub'));
  f.op('i32.eqz').if();
  fail(() =>
    f
      .get(address)
      .get(bytes)
      .i32(1)
      .op('i32.sub')
      .op('i64.extend_i32_u')
      .op('i64.add')
      .i64(-1n << BigInt(PAGE_SHIFT))
      .op('i64.and'),
  );
  f.end();
  f.get(low);
}

/** Sets `low` to what the address stands for, or fails. */
function emitWindowSearch(f: FunctionAssembler, address: Local, low: Local, fail: () => void): void {
  const entry = f.local('i32');
  const end = f.local('i32');
  const distance = f.local('i64');
  f.i32(0).memory('i32.load', engineCells.windowCount).i32(addressWindows.size).op('i32.mul').set(end);
  const found = f.block();
  const next = f.loop();
  f.get(entry).get(end).op('i32.ge_u').if();
  fail();
  f.end();
  f.get(address)
    .get(entry)
    .memory('i64.load', addressWindows.at + addressWindows.start)
    .op('i64.sub')
    .tee(distance);
  f.get(entry)
    .memory('i64.load', addressWindows.at + addressWindows.bytes)
    .op('i64.lt_u')
    .if();
  f.get(distance)
    .op('i32.wrap_i64')
    .get(entry)
    .memory('i32.load', addressWindows.at + addressWindows.low)
    .op('i32.add')
    .set(low)
    .br(found);
  f.end();
  f.get(entry).i32(addressWindows.size).op('i32.add').set(entry).br(next);
  f.end();
  f.end();
}
