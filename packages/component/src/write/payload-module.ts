import { HOST_TABLE_BASE, hostSlots } from '@boxer/abi';
import {
  ByteWriter,
  type FunctionAssembler,
  type FunctionType,
  ModuleBuilder,
  sectionBody,
  sectionIds,
  sectionsOf,
} from '@boxer/wasm';

/** The stretch of the payload that one module holds. */
export interface PayloadPiece {
  /** Bytes of the index; 0 in every module but the first. */
  readonly indexBytes: number;
  /** Offset in the block data of the first byte held here. */
  readonly dataFrom: number;
  readonly dataBytes: number;
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Cuts a payload into pieces, since engines limit the size of a module.
 *
 * @param maxPieceBytes - most bytes of one piece; the index must fit in the first
 * @throws {@link RangeError} when it does not
 */
export function cutPayload(indexBytes: number, dataBytes: number, maxPieceBytes: number): PayloadPiece[] {
  if (indexBytes >= maxPieceBytes) {
    throw new RangeError(`the index of ${indexBytes} bytes does not fit in a module of ${maxPieceBytes}`);
  }
  const pieces: PayloadPiece[] = [];
  let dataFrom = 0;
  do {
    const first = pieces.length === 0;
    const room = maxPieceBytes - (first ? indexBytes : 0);
    const take = Math.min(room, dataBytes - dataFrom);
    const last = dataFrom + take === dataBytes;
    pieces.push({ indexBytes: first ? indexBytes : 0, dataFrom, dataBytes: take, first, last });
    dataFrom += take;
  } while (dataFrom < dataBytes);
  return pieces;
}

/** Either bytes of the module, or the place of a stretch of the payload. */
export type PayloadModulePiece =
  | { readonly bytes: Uint8Array; readonly payload?: undefined }
  | { readonly payload: 'index' | 'data'; readonly bytes?: undefined };

/** A payload module, its large parts left out. */
export interface PayloadModuleLayout {
  readonly pieces: readonly PayloadModulePiece[];
  readonly sizeBytes: number;
}

const EIO = -5;
const readIndexType: FunctionType = { params: ['i32', 'i32'], results: ['i32'] };
const readDataType: FunctionType = { params: ['i64', 'i32', 'i32'], results: ['i32'] };

/**
 * A core module that holds a piece of the payload as passive data and copies from it into the kernel's memory. The
 * modules form a chain: each serves its own stretch and passes what lies before it to the module before it. The first
 * registers `payloadIndex` in the kernel's table, the last `payloadData`.
 */
export function payloadModule(piece: PayloadPiece): PayloadModuleLayout {
  const code = payloadCode(piece);
  const headOf = (sizeBytes: number) => new ByteWriter(8).byte(1).unsigned(sizeBytes).finish();
  const segments = piece.first
    ? [
        { kind: 'index' as const, head: headOf(piece.indexBytes), sizeBytes: piece.indexBytes },
        { kind: 'data' as const, head: headOf(piece.dataBytes), sizeBytes: piece.dataBytes },
      ]
    : [{ kind: 'data' as const, head: headOf(piece.dataBytes), sizeBytes: piece.dataBytes }];

  const bodyBytes = segments.reduce((sum, segment) => sum + segment.head.length + segment.sizeBytes, 1);
  const sectionHead = new ByteWriter(16)
    .byte(sectionIds.data)
    .unsigned(bodyBytes)
    .unsigned(segments.length)
    .finish();
  const pieces: PayloadModulePiece[] = [
    { bytes: code },
    { bytes: sectionHead },
    ...segments.flatMap(({ head, kind }): PayloadModulePiece[] => [{ bytes: head }, { payload: kind }]),
  ];
  return { pieces, sizeBytes: code.length + sectionHead.length - 1 + bodyBytes };
}

/** The module up to its data section. */
function payloadCode(piece: PayloadPiece): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('kernel', 'memory', { minimum: 1 });
  const table = module.importTable('kernel', 'table', { minimum: 1 });
  const previous = piece.first ? undefined : module.importFunction('previous', 'payloadData', readDataType);

  const indexSegment = 0;
  const dataSegment = piece.first ? 1 : 0;
  const readIndex = piece.first
    ? module.function(readIndexType, (f) => writeReadIndex(f, piece.indexBytes, indexSegment))
    : undefined;
  const readData = module.function(readDataType, (f) => writeReadData(f, piece, { previous, dataSegment }));
  const start = module.function({ params: [], results: [] }, (f) => {
    const register = (slot: { readonly index: number }, index: number) =>
      f
        .i32(HOST_TABLE_BASE + slot.index)
        .refFunction(index)
        .tableSet(table);
    if (readIndex !== undefined) register(hostSlots.payloadIndex, readIndex);
    if (piece.last) register(hostSlots.payloadData, readData);
  });
  if (readIndex !== undefined) module.export('payloadIndex', 'function', readIndex);
  module.export('payloadData', 'function', readData);
  module.start(start);
  for (let segment = 0; segment <= dataSegment; segment++) module.passiveData(new Uint8Array());
  return withoutDataSection(module.finish());
}

function withoutDataSection(module: Uint8Array): Uint8Array {
  const data = sectionsOf(module).find(({ id }) => id === sectionIds.data);
  if (data === undefined || sectionBody(module, data).length + data.bodyStart !== module.length) {
    throw new RangeError('The data section is not the last one');
  }
  return module.subarray(0, data.start);
}

/** (address, n): n = min(n, indexBytes); copies n bytes; → n */
function writeReadIndex(f: FunctionAssembler, indexBytes: number, segment: number): void {
  const [address, n] = [0, 1];
  f.get(address).i32(0);
  f.i32(indexBytes).get(n).get(n).i32(indexBytes).op('i32.gt_u').op('select').tee(n);
  f.memoryInit(segment).get(n);
}

/** (offset, n, address): passes on what lies before `dataFrom`, copies the rest; → 0, or EIO outside the data */
function writeReadData(
  f: FunctionAssembler,
  piece: PayloadPiece,
  at: { readonly previous: number | undefined; readonly dataSegment: number },
): void {
  const [offset, n, address] = [0, 1, 2];
  const relative = f.local('i64');
  const from = BigInt(piece.dataFrom);
  const size = BigInt(piece.dataBytes);
  const failIf = () => {
    f.if();
    f.i32(EIO).op('return').end();
  };
  if (at.previous !== undefined) {
    const before = f.local('i32');
    f.get(offset).i64(from).op('i64.lt_u');
    f.if();
    f.get(n).i64(from).get(offset).op('i64.sub').tee(relative).op('i32.wrap_i64');
    f.get(n).op('i64.extend_i32_u').get(relative).op('i64.lt_u').op('select').set(before);
    f.get(offset).get(before).get(address).call(at.previous);
    failIf();
    f.get(offset).get(before).op('i64.extend_i32_u').op('i64.add').set(offset);
    f.get(n).get(before).op('i32.sub').set(n);
    f.get(address).get(before).op('i32.add').set(address);
    f.get(n).op('i32.eqz');
    f.if();
    f.i32(0).op('return').end();
    f.end();
  }
  f.get(offset).i64(from).op('i64.sub').tee(relative).i64(size).op('i64.gt_u');
  failIf();
  f.get(relative).get(n).op('i64.extend_i32_u').op('i64.add').i64(size).op('i64.gt_u');
  failIf();
  f.get(address).get(relative).op('i32.wrap_i64').get(n).memoryInit(at.dataSegment).i32(0);
}
