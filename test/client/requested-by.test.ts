import { userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { commandLine, requestedBy } from '../../src/client/requested-by.js';

describe('who asks', () => {
  test('is named with the command line', () => {
    const { username } = userInfo();
    expect(requestedBy(['destroy', 'web'])).toMatch(
      new RegExp(`^${username}(@(pts/|tty)\\w+)?: domovoi destroy web$`),
    );
  });

  test('could type the command line again', () => {
    expect(commandLine(['create', 'a b.cfg', `name="it's"`])).toBe(
      `domovoi create 'a b.cfg' 'name="it'\\''s"'`,
    );
  });

  test.each([
    [`vfb=['vnc=1,vncpasswd=hunter2,keymap=de']`],
    [`vncpasswd="hunter2"`],
    ['VNCPASSWD = hunter2'],
    ['spice_password=hunter2'],
  ])('never tells the password in %s', (setting) => {
    const line = commandLine(['create', 'web.cfg', setting]);
    expect(line).not.toContain('hunter2');
    expect(line).toContain('***');
  });

  test('tells the settings around a password', () => {
    expect(commandLine([`vfb=['vnc=1,vncpasswd=hunter2,keymap=de']`])).toContain(
      'vnc=1,vncpasswd=***,keymap=de',
    );
  });
});
