import { linkFunctions, packFunctions } from '@boxer/abi';
import { type FunctionAssembler, type FunctionType, ModuleBuilder } from '@boxer/wasm';

/** What each pack exports, by what the kernel calls it: see packExports of @boxer/translate. */
const exported = {
  placePack: 'place',
  installPack: 'install',
  validateCode: 'validate',
  invalidatePack: 'invalidate',
} as const satisfies Partial<Record<keyof typeof packFunctions, string>>;

/** Name under which the links import the instance of a pack. */
export const linkedPack = (pack: number): string => `pack${pack}`;

/** (pack, arguments…): calls the function of that pack with the arguments. */
function emitChoice(f: FunctionAssembler, { params }: FunctionType, functions: readonly number[]): void {
  const none = f.block();
  const labels = functions.map(() => f.block()).reverse();
  f.get(0).brTable(labels, none);
  for (const each of functions) {
    f.end();
    for (let i = 1; i < params.length; i++) f.get(i);
    f.call(each).op('return');
  }
  f.end();
}

/** A core module, instantiated for each process slot: registers the functions of the slot's packs in the kernel's table. */
export function codeLinksModule(packs: number): Uint8Array {
  const module = new ModuleBuilder();
  const attach = module.importFunction('kernel', 'attachPacks', {
    params: linkFunctions.attachPacks.params,
    results: [linkFunctions.attachPacks.result],
  });
  const table = module.importTable('kernel', 'table', { minimum: 1 });
  const links = Object.entries(exported).map(([name, its]) => {
    const { index, params } = packFunctions[name as keyof typeof exported];
    const type: FunctionType = { params, results: [] };
    const functions = Array.from({ length: packs }, (_, pack) =>
      module.importFunction(linkedPack(pack), its, { params: params.slice(1), results: [] }),
    );
    return { index, type, functions };
  });
  const registered = links.map(({ index, type, functions }) => ({
    index,
    link: module.function(type, (f) => emitChoice(f, type, functions)),
  }));
  module.declareReferences(registered.map(({ link }) => link));
  const start = module.function({ params: [], results: [] }, (f) => {
    const base = f.local('i32');
    f.call(attach).set(base);
    for (const { index, link } of registered)
      f.get(base).i32(index).op('i32.add').refFunction(link).tableSet(table);
  });
  module.start(start);
  return module.finish();
}
