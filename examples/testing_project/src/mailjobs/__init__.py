"""Mail jobs of an office: `reminders` was written for win32com.mapi on Windows, `reports` for mapix."""
