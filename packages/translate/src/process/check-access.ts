import { engineCells, PAGE_SHIFT, PERMISSIONS_AT } from '@boxer/abi';
import type { FunctionAssembler } from '@boxer/wasm';

/** AArch64 Linux ignores the top byte of data addresses (TBI). */
const ADDRESS_BITS = 56n;

/**
 * Writes the function (address i64, bytes, permission bit) → 1 when the access is permitted, else 0 with the fault cells
 * set: for accesses that the handler's own check does not pass, because they are unaligned, cross a page, carry a tag,
 * lie above 4 GiB, or are not permitted.
 */
export function emitCheckAccess(f: FunctionAssembler): void {
  const [address, bytes, bit] = [0, 1, 2];
  const last = f.local('i32');
  const fail = (pushFaultAddress: () => void) => {
    f.i32(0);
    pushFaultAddress();
    f.memory('i64.store', engineCells.faultAddress);
    f.i32(0).get(bit).memory('i32.store', engineCells.faultAccess).i32(0).op('return');
  };
  const permitted = (pushPage: () => void) => {
    pushPage();
    f.i32(PAGE_SHIFT).op('i32.shr_u').memory('i32.load8_u', PERMISSIONS_AT).get(bit).op('i32.and');
  };
  f.get(address)
    .i64((1n << ADDRESS_BITS) - 1n)
    .op('i64.and')
    .tee(address)
    .i64(1n << 32n)
    .op('i64.ge_u')
    .if();
  fail(() => f.get(address));
  f.end();
  permitted(() => f.get(address).op('i32.wrap_i64'));
  f.op('i32.eqz').if();
  fail(() => f.get(address));
  f.end();
  permitted(() => f.get(address).op('i32.wrap_i64').get(bytes).op('i32.add').i32(1).op('i32.sub').tee(last));
  f.op('i32.eqz').if();
  fail(() =>
    f
      .get(last)
      .i32(-1 << PAGE_SHIFT)
      .op('i32.and')
      .op('i64.extend_i32_u'),
  );
  f.end();
  f.i32(1);
}
