"""What a program on Debian's python3-pyxs relies on, on the store at XENSTORED_PATH."""

import errno
import os
import unittest
from itertools import islice
from threading import Barrier, Thread

from pyxs import Client, PyXSError
from pyxs.exceptions import InvalidPath, InvalidPermission


class StoreTestCase(unittest.TestCase):
    def setUp(self):
        self.client = self.connect()
        self.client.mkdir(b"/pyxs")
        self.client.delete(b"/pyxs/t")

    def connect(self):
        client = Client(unix_socket_path=os.environ["XENSTORED_PATH"])
        client.connect()
        self.addCleanup(client.close)
        return client

    def assert_fails(self, code, call, *arguments):
        with self.assertRaises(PyXSError) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.args[0], code)


class Nodes(StoreTestCase):
    def test_values_are_read_as_they_were_written(self):
        for value in (b"", b"value", b"with\0nul", b"x" * 2000):
            self.client.write(b"/pyxs/t/v", value)
            self.assertEqual(self.client.read(b"/pyxs/t/v"), value)
        self.client[b"/pyxs/t/v"] = b"item"
        self.assertEqual(self.client[b"/pyxs/t/v"], b"item")

    def test_what_is_missing_is_enoent_or_the_default(self):
        self.assert_fails(errno.ENOENT, self.client.read, b"/pyxs/t/none")
        self.assert_fails(errno.ENOENT, self.client.list, b"/pyxs/t/none")
        self.assert_fails(errno.ENOENT, self.client.get_perms, b"/pyxs/t/none")
        self.assert_fails(errno.ENOENT, self.client.delete, b"/pyxs/t/none/none")
        self.assertEqual(self.client.read(b"/pyxs/t/none", b"default"), b"default")

    def test_mkdir_keeps_what_is_there(self):
        self.client.write(b"/pyxs/t/d", b"kept")
        self.client.mkdir(b"/pyxs/t/d")
        self.assertEqual(self.client.read(b"/pyxs/t/d"), b"kept")
        self.client.mkdir(b"/pyxs/t/d/e/f")
        self.assertEqual(self.client.list(b"/pyxs/t/d"), [b"e"])
        self.assertEqual(self.client.read(b"/pyxs/t/d/e"), b"")

    def test_delete_takes_all_below(self):
        self.client.write(b"/pyxs/t/a/b/c", b"1")
        self.assertTrue(self.client.exists(b"/pyxs/t/a/b/c"))
        self.client.delete(b"/pyxs/t/a")
        self.assertFalse(self.client.exists(b"/pyxs/t/a/b/c"))
        self.assertTrue(self.client.exists(b"/pyxs/t"))
        self.client.delete(b"/pyxs/t/a")

    def test_list_and_walk(self):
        for name in (b"one", b"two", b"two/three"):
            self.client.write(b"/pyxs/t/" + name, name)
        self.assertEqual(sorted(self.client.list(b"/pyxs/t")), [b"one", b"two"])
        self.assertEqual(self.client.list(b"/pyxs/t/one"), [])
        walked = {path: value for path, value, _ in self.client.walk(b"/pyxs/t")}
        self.assertEqual(walked[b"/pyxs/t/two/three"], b"two/three")
        self.assertEqual(len(walked), 4)

    def test_paths_and_permissions_are_checked_before_they_are_sent(self):
        for call in (self.client.read, self.client.mkdir, self.client.list):
            self.assertRaises(InvalidPath, call, b"INVALID%PATH!")
        self.assertRaises(InvalidPermission, self.client.set_perms, b"/pyxs/t", [b"x0"])


class Permissions(StoreTestCase):
    def test_are_inherited_and_set(self):
        self.client.mkdir(b"/pyxs/t/p")
        self.assertEqual(self.client.get_perms(b"/pyxs/t/p"), [b"n0"])
        self.client.set_perms(b"/pyxs/t/p", [b"b0", b"n0", b"r0"])
        self.assertEqual(self.client.get_perms(b"/pyxs/t/p"), [b"b0", b"n0", b"r0"])
        self.client.write(b"/pyxs/t/p/child", b"")
        self.assertEqual(self.client.get_perms(b"/pyxs/t/p/child"), [b"b0", b"n0", b"r0"])


class Domains(StoreTestCase):
    def test_paths(self):
        self.assertEqual(self.client.get_domain_path(0), b"/local/domain/0")
        self.assertEqual(self.client.get_domain_path(999), b"/local/domain/999")

    def test_introduced(self):
        self.assertTrue(self.client.is_domain_introduced(0))
        self.assertFalse(self.client.is_domain_introduced(999))
        self.assertRaises(PyXSError, self.client.introduce_domain, 999, 1, 1)


class Transactions(StoreTestCase):
    def test_commit(self):
        self.assertNotEqual(self.client.transaction(), 0)
        self.client[b"/pyxs/t/x"] = b"1"
        self.assertFalse(self.connect().exists(b"/pyxs/t/x"))
        self.assertTrue(self.client.commit())
        self.assertEqual(self.client.tx_id, 0)
        self.assertEqual(self.connect()[b"/pyxs/t/x"], b"1")

    def test_rollback(self):
        self.client.transaction()
        self.client[b"/pyxs/t/x"] = b"1"
        self.client.rollback()
        self.assertFalse(self.client.exists(b"/pyxs/t/x"))

    def test_a_client_has_one_at_a_time(self):
        self.client.transaction()
        self.assert_fails(errno.EALREADY, self.client.transaction)
        self.client.rollback()
        self.assertRaises(PyXSError, self.client.rollback)

    def test_commit_is_false_when_what_was_read_has_changed(self):
        self.client[b"/pyxs/t/n"] = b"1"
        self.client.transaction()
        value = int(self.client[b"/pyxs/t/n"])
        self.client[b"/pyxs/t/n"] = str(value + 1).encode()
        self.connect()[b"/pyxs/t/n"] = b"10"
        self.assertFalse(self.client.commit())
        self.assertEqual(self.client[b"/pyxs/t/n"], b"10")

    def test_one_left_open_is_dropped_with_its_connection(self):
        other = self.connect()
        other.transaction()
        other[b"/pyxs/t/x"] = b"1"
        other.close()
        self.assertFalse(self.client.exists(b"/pyxs/t/x"))

    def test_counters_of_many_threads_lose_nothing(self):
        self.client[b"/pyxs/t/n"] = b"0"

        def count(client):
            for _ in range(10):
                committed = False
                while not committed:
                    client.transaction()
                    value = int(client[b"/pyxs/t/n"])
                    client[b"/pyxs/t/n"] = str(value + 1).encode()
                    committed = client.commit()

        threads = [Thread(target=count, args=(self.connect(),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.client[b"/pyxs/t/n"], b"40")


class Monitors(StoreTestCase):
    def test_the_first_event_comes_at_once_then_those_of_changes(self):
        with self.client.monitor() as monitor:
            monitor.watch(b"/pyxs/t/w", b"token")
            events = monitor.wait()
            self.assertEqual(next(events), (b"/pyxs/t/w", b"token"))
            self.connect()[b"/pyxs/t/w"] = b"1"
            self.assertEqual(next(events), (b"/pyxs/t/w", b"token"))
            self.client[b"/pyxs/t/w/below"] = b"1"
            self.assertEqual(next(events), (b"/pyxs/t/w/below", b"token"))

    def test_two_tokens_are_two_watches(self):
        with self.client.monitor() as monitor:
            monitor.watch(b"/pyxs/t/w", b"one")
            monitor.watch(b"/pyxs/t/w", b"two")
            told = {token for _, token in islice(monitor.wait(), 2)}
            self.client[b"/pyxs/t/w"] = b"1"
            told_again = {token for _, token in islice(monitor.wait(), 2)}
            self.assertEqual((told, told_again), ({b"one", b"two"}, {b"one", b"two"}))

    def test_what_is_not_watched_any_more_is_not_told(self):
        with self.client.monitor() as monitor:
            events = monitor.wait()
            monitor.watch(b"/pyxs/t/w", b"gone")
            # pyxs 0.4.2 never returns from an event of a path that is not watched any more.
            next(events)
            monitor.unwatch(b"/pyxs/t/w", b"gone")
            monitor.watch(b"/pyxs/t/v", b"kept")
            self.client[b"/pyxs/t/w"] = b"1"
            self.client[b"/pyxs/t/v"] = b"1"
            told = islice(events, 2)
            self.assertEqual({token for _, token in told}, {b"kept"})

    def test_two_clients_watch_the_same(self):
        watching = Barrier(3, timeout=30)
        told = {}

        def watch(client, token):
            with client.monitor() as monitor:
                monitor.watch(b"/pyxs/t/w", token)
                events = monitor.wait()
                first = next(events)
                watching.wait()
                told[token] = [first, next(events)]

        threads = [
            Thread(target=watch, args=(self.connect(), token)) for token in (b"one", b"two")
        ]
        for thread in threads:
            thread.start()
        watching.wait()
        self.client[b"/pyxs/t/w"] = b"1"
        for thread in threads:
            thread.join()
        for token in (b"one", b"two"):
            self.assertEqual(told[token], [(b"/pyxs/t/w", token)] * 2)


if __name__ == "__main__":
    unittest.main()
