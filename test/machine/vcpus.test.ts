import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Vcpus } from '../../src/machine/vcpus.js';

const HOST_CPUS = 4;

test('are online, pinned and charged as they are told, each by itself', () => {
  const vcpu = fc.nat(5);
  const cpus = fc.array(fc.nat(6), { maxLength: 4 });
  const act = fc.oneof(
    fc.record({ kind: fc.constant('online' as const), vcpu, online: fc.boolean() }),
    fc.record({ kind: fc.constant('pin' as const), vcpu, hard: cpus, soft: cpus }),
    fc.record({ kind: fc.constant('charge' as const), vcpu, ns: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(act), (max, acts) => {
      const vcpus = new Vcpus(max, 1, HOST_CPUS);
      const all = [0, 1, 2, 3];
      const model = Array.from({ length: max }, (_, index) => ({
        online: index === 0,
        hard: all,
        soft: all,
        ns: 0,
      }));
      for (const what of acts) {
        const one = model[what.vcpu];
        if (what.kind === 'charge') {
          vcpus.charge(what.vcpu, what.ns);
          if (one !== undefined) one.ns += what.ns;
        } else if (what.kind === 'online') {
          if (one === undefined) {
            expect(() => vcpus.setOnline(what.vcpu, what.online)).toThrow('there is no vcpu');
            continue;
          }
          vcpus.setOnline(what.vcpu, what.online);
          one.online = what.online;
        } else {
          const hard = all.filter((cpu) => what.hard.includes(cpu));
          if (one === undefined || hard.length === 0) {
            expect(() => vcpus.setAffinity(what.vcpu, what)).toThrow(/no vcpu|no processor/);
            continue;
          }
          vcpus.setAffinity(what.vcpu, what);
          one.hard = hard;
          one.soft = all.filter((cpu) => what.soft.includes(cpu));
        }
      }
      const infos = vcpus.infos(true, true);
      expect(
        infos.map(({ online, hardAffinity, softAffinity, cpuTimeNs }) => ({
          online,
          hard: hardAffinity,
          soft: softAffinity,
          ns: cpuTimeNs,
        })),
      ).toEqual(model);
      for (const { cpu, hardAffinity, running, blocked, online } of infos) {
        expect(hardAffinity).toContain(cpu);
        expect(running && blocked).toBe(false);
        expect(running || blocked).toBe(online);
      }
      expect(vcpus.online).toBe(model.filter(({ online }) => online).length);
      expect(vcpus.cpuTimeNs).toBe(model.reduce((sum, { ns }) => sum + ns, 0));
    }),
  );
});
