"""Messages with their recipients, attachments and bodies: opened, saved, submitted, answered, reported on."""
