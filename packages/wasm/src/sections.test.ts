import { ByteWriter } from './byte-writer.ts';
import {
  componentSectionIds,
  coreInstanceSection,
  coreModuleSection,
  countCore,
} from './component-append.ts';
import { MalformedWasmError } from './errors.ts';
import { ModuleBuilder } from './module-builder.ts';
import {
  COMPONENT_HEADER,
  customSection,
  findCustomSection,
  isComponent,
  isModule,
  sectionBody,
  sectionsOf,
} from './sections.ts';

function sampleModule() {
  const module = new ModuleBuilder();
  module.export(
    'f',
    'function',
    module.function({ params: [], results: [] }, () => {}),
  );
  module.custom('note', Uint8Array.of(9, 8, 7));
  return module.finish();
}

const join = (...parts: Uint8Array[]) =>
  parts.reduce((out, part) => out.bytes(part), new ByteWriter()).finish();

describe('sectionsOf', () => {
  it('covers a module without gaps', () => {
    const module = sampleModule();
    expect(isModule(module)).toBe(true);
    const sections = sectionsOf(module);
    expect(sections.map((section) => section.id)).toEqual([1, 3, 7, 10, 0]);
    let at = 8;
    for (const section of sections) {
      expect(section.start).toBe(at);
      at = section.end;
    }
    expect(at).toBe(module.length);
    expect(WebAssembly.validate(module)).toBe(true);
    expect([...(findCustomSection(module, 'note') ?? [])]).toEqual([9, 8, 7]);
    expect(findCustomSection(module, 'other')).toBeUndefined();
  });

  it('refuses every truncation of a module that is not a whole number of sections', () => {
    const module = sampleModule();
    const ends = new Set([8, ...sectionsOf(module).map((section) => section.end)]);
    for (let length = 0; length < module.length; length++) {
      const read = () => sectionsOf(module.subarray(0, length));
      if (ends.has(length)) expect(read).not.toThrow();
      else expect(read).toThrow(MalformedWasmError);
    }
  });

  it('refuses a length that does not fit 32 bits', () => {
    const bytes = join(sampleModule(), Uint8Array.of(0, 255, 255, 255, 255, 255, 1));
    expect(() => sectionsOf(bytes)).toThrow('Cannot read WebAssembly sections');
  });
});

describe('appending to a component', () => {
  it('counts what is there and finds the appended module again', () => {
    const module = sampleModule();
    const first = join(
      COMPONENT_HEADER,
      coreModuleSection(module),
      coreInstanceSection([{ module: 0, arguments: {} }]),
    );
    expect(isComponent(first)).toBe(true);
    expect(countCore(first)).toEqual({ modules: 1, instances: 1 });
    const whole = join(
      first,
      coreModuleSection(module),
      coreInstanceSection([
        { module: 1, arguments: { kernel: 0 } },
        { module: 1, arguments: { kernel: 0, support: 1 } },
      ]),
      customSection('boxer', Uint8Array.of(1)),
    );
    expect(countCore(whole)).toEqual({ modules: 2, instances: 3 });
    const modules = sectionsOf(whole).filter((section) => section.id === componentSectionIds.coreModule);
    expect(modules.map((section) => WebAssembly.validate(sectionBody(whole, section).slice()))).toEqual([
      true,
      true,
    ]);
    expect([...(findCustomSection(whole, 'boxer') ?? [])]).toEqual([1]);
  });
});
