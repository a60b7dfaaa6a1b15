"""Facts that stop the vault."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    gettext_noop,
)


class VaultError(CallwardError):
    """The root of this package."""

    code = "vault"


class RecordingGoneError(VaultError, NotFoundError):
    """The key of the recording is destroyed; nobody can open it any more."""

    code = "recording-gone"
    fact = gettext_noop("The recording %(ref)s is destroyed.")
    mend = gettext_noop("Nothing can bring it back; its certificate says when and why.")


class PartMissingError(VaultError, NotFoundError):
    """The recording has no such part."""

    code = "part-missing"
    fact = gettext_noop("The recording %(ref)s has no part %(part)s.")
    mend = gettext_noop("Ask for a part that it has.")


class SealedObjectMissingError(VaultError):
    """A row names an object that is not in the store."""

    code = "sealed-object-missing"
    fact = gettext_noop("The sealed object of the recording %(ref)s is missing.")
    mend = gettext_noop("Run “callward vault verify” and restore it from a backup.")


class SealedObjectDamagedError(VaultError):
    """An object is not what was sealed; the cause names how."""

    code = "sealed-object-damaged"
    fact = gettext_noop("The sealed object of the recording %(ref)s is damaged: %(why)s.")
    mend = gettext_noop("Run “callward vault verify” and restore it from a backup.")


class ReadBackError(VaultError):
    """A sealed object did not read back as what was handed in."""

    code = "read-back"
    fact = gettext_noop("A sealed object did not read back as what was handed in.")
    mend = gettext_noop("Check the disk; the original was left where it is.")


class ObjectNotFoundError(VaultError):
    """The store has no object of this name."""

    code = "object-not-found"
    fact = gettext_noop("The store has no such object.")


class EpochMissingError(VaultError):
    """The epoch has no key: it was destroyed or never made."""

    code = "epoch-missing"
    fact = gettext_noop("The epoch %(epoch)s has no key.")
    mend = gettext_noop("Seal again to the epoch that the policy names now.")


class WrongRootKeyError(VaultError):
    """The root key does not open this key store."""

    code = "wrong-root-key"
    fact = gettext_noop("The root key or passphrase does not open this key store.")
    mend = gettext_noop("Use the root key that this key store was made with.")


class KeyFolderExposedError(VaultError):
    """Others than its owner may look into the key folder."""

    code = "key-folder-exposed"
    fact = gettext_noop("Others than its owner may look into the key folder.")
    mend = gettext_noop("Set its mode to 0700.")


class WrapExistsError(VaultError):
    """A recording has one data key only."""

    code = "wrap-exists"
    fact = gettext_noop("The recording %(ref)s has a key already.")


class ItemRegisteredError(VaultError):
    """Rows name this recording, so it may only be destroyed by an intent."""

    code = "item-registered"
    fact = gettext_noop("The recording %(ref)s is registered.")
    mend = gettext_noop("Destroy it through retention.")


class ReplayAwaitedError(VaultError, RefusedError):
    """Something older was restored, and what was destroyed since is not destroyed again yet."""

    code = "replay-awaited"
    fact = gettext_noop("A backup was restored and the destroyed-ledger is not replayed yet.")
    mend = gettext_noop("Run “callward restore --replay”; nothing opens before.")


class LedgerBrokenError(VaultError):
    """The destroyed-ledger was altered."""

    code = "ledger-broken"
    fact = gettext_noop("The destroyed-ledger is broken at entry %(position)s.")
    mend = gettext_noop("Put the ledger file back from the newest key backup.")


class BackupUnreadableError(VaultError, BadInputError):
    """A file is not a backup of this house, or it is damaged."""

    code = "backup-unreadable"
    fact = gettext_noop("This file is not a backup that this key store can open.")
    mend = gettext_noop("Choose another backup, or restore its key store first.")


class BackupOfOtherFormError(VaultError, BadInputError):
    """A backup is put back on the engine and into the tables that it was made from."""

    code = "backup-of-other-form"
    fact = gettext_noop("The backup was made on another engine or by another version.")
    mend = gettext_noop("Restore it on that engine and version, then move or upgrade.")


class BackupExpiredError(VaultError, RefusedError):
    """A backup is past the life that the notice promises."""

    code = "backup-expired"
    fact = gettext_noop("This backup had to be destroyed on %(dies_on)s.")
    mend = gettext_noop("Destroy the file and choose a newer one.")


class BackupExistsError(VaultError, RefusedError):
    """A backup is never written over another file."""

    code = "backup-exists"
    fact = gettext_noop("There is a file of this name already.")
    mend = gettext_noop("Choose another name.")


class BackupUnknownError(VaultError, NotFoundError):
    """The house wrote no such backup, or knows that it is gone."""

    code = "backup-unknown"
    fact = gettext_noop("No backup %(ref)s is known to be anywhere.")
    mend = gettext_noop("Run “callward backup list”.")


class NoBackupError(VaultError, NotFoundError):
    """Nothing can be restored, because no backup is found."""

    code = "no-backup"
    fact = gettext_noop("No backup of the data is found that may still be restored.")
    mend = gettext_noop("Run “callward backup data --to FILE”, or name a file with --data.")


class LogArchiveMissingError(VaultError, NotFoundError):
    """A folder does not say to which key a log is sealed."""

    code = "log-archive-missing"
    fact = gettext_noop("This folder is not prepared for the log of a server.")
    mend = gettext_noop("Run “callward backup log” on the house, and name the folder it makes.")


class LogPieceDiffersError(VaultError, BadInputError):
    """The archive has another piece of the log under this name."""

    code = "log-piece-differs"
    fact = gettext_noop("Another piece of the log is archived under the name %(name)s.")
    mend = gettext_noop("Find out which server archives here; each needs a folder of its own.")


class LogPieceMissingError(VaultError, NotFoundError):
    """The archive has no such piece of the log, as every restore finds at its end."""

    code = "log-piece-missing"
    fact = gettext_noop("No piece of the log %(name)s is archived that may be restored.")


class NoArchiveError(VaultError, RefusedError):
    """A base backup is worth nothing without the log that was written while it was made."""

    code = "no-archive"
    fact = gettext_noop("The log of the server is not archived by this house. %(why)s")
    mend = gettext_noop("Run “callward backup log” and do what it says.")

    def __init__(self, *, why: str = "") -> None:
        super().__init__(why=why)


class ReplicationRightError(VaultError, RefusedError):
    """The user of the database may not read the whole server."""

    code = "replication-right"
    fact = gettext_noop("The user of the database may not make a base backup.")
    mend = gettext_noop('As the server\'s administrator: ALTER ROLE "%(user)s" REPLICATION;')


class ServerProgramMissingError(VaultError, UnavailableError):
    """A program of PostgreSQL is not installed here."""

    code = "server-program-missing"
    fact = gettext_noop("The program %(program)s of PostgreSQL is not installed here.")
    mend = gettext_noop("Install the client programs of the server's version.")


class BaseBackupError(VaultError, UnavailableError):
    """The server stopped giving its base backup."""

    code = "base-backup"
    fact = gettext_noop("The base backup stopped: %(why)s")
    mend = gettext_noop("Let pg_hba.conf allow replication for this user, then try again.")


class FolderNotEmptyError(VaultError, RefusedError):
    """A server is never unsealed over something."""

    code = "folder-not-empty"
    fact = gettext_noop("The folder is not empty.")
    mend = gettext_noop("Name an empty folder that belongs to the user of the server.")


class BackupStillThereError(VaultError, RefusedError):
    """Somebody says that a backup was destroyed, and it lies where it was written."""

    code = "backup-still-there"
    fact = gettext_noop("The backup %(ref)s still lies where it was written.")
    mend = gettext_noop("Destroy the file; what is past its day goes by itself within the hour.")


class ObjectExistsError(VaultError, RefusedError):
    """Another object has this name already; a sealed object is written once."""

    code = "object-exists"
    fact = gettext_noop("The store has another object of this name already.")
    mend = gettext_noop("Run “callward vault reconcile”; the object that is there was left alone.")


class ObjectStoreError(VaultError, UnavailableError):
    """The object store does not do its part; nothing is lost, and the work can be repeated."""

    code = "object-store"
    fact = gettext_noop("The object store refused: %(why)s.")
    mend = gettext_noop("Mend the store; what was under way goes on by itself.")


class ObjectStoreUnreachableError(ObjectStoreError):
    """Nobody answers at the address of the object store."""

    code = "object-store-unreachable"
    fact = gettext_noop("Nobody answers at the address of the object store.")
    mend = gettext_noop("Start the store or correct objects.endpoint; work goes on by itself.")


class ObjectStoreSlowError(ObjectStoreError):
    """The object store did not answer in time."""

    code = "object-store-slow"
    fact = gettext_noop("The object store did not answer in time.")
    mend = gettext_noop("Look at the load of the store; work goes on by itself.")


class ObjectStoreFullError(ObjectStoreError):
    """The object store answers, and takes nothing in."""

    code = "object-store-full"
    fact = gettext_noop("The object store answers but takes nothing in; it is probably full.")
    mend = gettext_noop("Give the store more room; work goes on by itself.")


class ObjectStoreReadOnlyError(ObjectStoreError):
    """The object store lets this house read, and neither write nor delete."""

    code = "object-store-read-only"
    fact = gettext_noop("The object store lets this house neither write nor delete.")
    mend = gettext_noop("Give the access key the rights to write and delete in the bucket.")


class ObjectStoreKeyError(ObjectStoreError):
    """The object store does not accept the access key."""

    code = "object-store-key"
    fact = gettext_noop("The object store does not accept the access key.")
    mend = gettext_noop("Correct objects.key_id and the secret of the access key.")


class BucketMissingError(ObjectStoreError):
    """The object store has no such bucket."""

    code = "bucket-missing"
    fact = gettext_noop("The object store has no such bucket.")
    mend = gettext_noop("Make the bucket, without versions, or correct objects.bucket.")


class BucketVersionedError(ObjectStoreError):
    """The bucket keeps what is deleted, under the name of a version."""

    code = "bucket-versioned"
    fact = gettext_noop("The bucket keeps versions, so what is deleted in it stays readable.")
    mend = gettext_noop("Choose a bucket that never kept versions; move the objects there.")


class ObjectsKeptError(ObjectStoreError):
    """The object store still has objects that it was told to delete."""

    code = "objects-kept"
    fact = gettext_noop("The object store still has %(count)s objects that it was told to delete.")
    mend = gettext_noop("Their keys are destroyed already; deleting is tried again by itself.")
